import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The wallet's list: whom a coupon reaches stands on its card, so that a page is found without the other coupons. */
export class Wallet1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...cards, ...people]) await runner.query(statement);
    await runner.query(readFileSync(new URL('./wallet-page.v1.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION wallet_page');
    await runner.query(
      'DROP INDEX follow_of_user, coupon_card_for_everyone, coupon_card_of_channel, coupon_card_on_page',
    );
    await runner.query('ALTER TABLE coupon_card DROP COLUMN reach, DROP COLUMN place');
    await runner.query(
      `CREATE INDEX coupon_card_in_order
         ON coupon_card (tenant_id, channel_id, (coalesce(position, 2147483647)), edited_at DESC, coupon_id) WHERE listed`,
    );
  }
}

/**
 * Every order runs in one direction, so that a page begins with one comparison of rows. place: the position, negative; a
 * column, because row-level security lets an index be asked about columns, but not about what is reckoned from them.
 */
const cards = [
  'DROP INDEX coupon_card_in_order',
  `ALTER TABLE coupon_card
     ADD COLUMN reach text NOT NULL CHECK (reach IN ('followers', 'everyone', 'grant')),
     ADD COLUMN place integer NOT NULL`,
  `CREATE INDEX coupon_card_on_page ON coupon_card
     (tenant_id, channel_id, reach, place, edited_at, coupon_id) WHERE listed`,
  `CREATE INDEX coupon_card_of_channel ON coupon_card (tenant_id, channel_id, edited_at, coupon_id)
     WHERE listed AND reach = 'followers'`,
  `CREATE INDEX coupon_card_for_everyone ON coupon_card (tenant_id, edited_at, coupon_id)
     WHERE listed AND reach = 'everyone'`,
];

const people = ['CREATE INDEX follow_of_user ON follow (tenant_id, user_id, channel_id) WHERE following'];
