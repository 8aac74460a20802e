import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Cards carry the image that lists show. Processes of the release before do not ask for it. */
export class CardImages1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_card ADD COLUMN image jsonb');
    await runner.query(file('wallet-page.v2.sql'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION wallet_page(uuid, uuid, uuid, integer, timestamptz, uuid, integer)');
    await runner.query(file('wallet-page.v1.sql'));
    await runner.query('ALTER TABLE coupon_card DROP COLUMN image');
  }
}

function file(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}
