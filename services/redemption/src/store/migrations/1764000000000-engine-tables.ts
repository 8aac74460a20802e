import type { MigrationInterface, QueryRunner } from 'typeorm';
import { answers } from './engine-tables/answers.js';
import { attempts } from './engine-tables/attempts.js';
import { coupons } from './engine-tables/coupons.js';
import { directory } from './engine-tables/directory.js';
import { fulfilments } from './engine-tables/fulfilments.js';
import { codes, grants } from './engine-tables/grants-and-codes.js';
import { addons, points } from './engine-tables/ledgers.js';

/**
 * What the whole engine stands on: terms of every kind, the directory, grants, passes, points, add-on units, owed calls
 * and automatic attempts. Row keys begin with the tenant.
 */
export class EngineTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...answers,
      ...coupons,
      ...directory,
      ...grants,
      ...codes,
      ...points,
      ...addons,
      ...fulfilments,
      ...attempts,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION prune_expired_point_source(integer), prune_expired_addon_source(integer)',
    );
    await runner.query(
      `DROP TABLE auto_attempt, fulfilment, addon_source, addon_entry, addon_balance, point_source, point_entry,
                  point_balance, printed_code, pass, user_grant, cashier, store, programme, point_name, partner, channel,
                  coupon_card`,
    );
    await runner.query(
      `ALTER TABLE redemption
         DROP COLUMN method, DROP COLUMN partner_id, DROP COLUMN store_id, DROP COLUMN cashier_id,
         DROP COLUMN price_point, DROP COLUMN price_amount, DROP COLUMN bonus_point, DROP COLUMN bonus_amount,
         DROP COLUMN units_resource, DROP COLUMN units, DROP COLUMN fulfilment_id, DROP COLUMN voided_at,
         DROP COLUMN voided_by, DROP COLUMN hops`,
    );
    await runner.query(
      `ALTER TABLE coupon
         DROP COLUMN partner_id, DROP COLUMN audience, DROP COLUMN availability, DROP COLUMN time_limit_seconds,
         DROP COLUMN validity_seconds, DROP COLUMN price_point, DROP COLUMN price_amount, DROP COLUMN bonus_point,
         DROP COLUMN bonus_amount, DROP COLUMN trigger_id, DROP COLUMN units_resource, DROP COLUMN units,
         DROP COLUMN time_zone, DROP COLUMN recurrence, DROP COLUMN programme_id`,
    );
    // One partition serves the release before as well.
    await runner.query('ALTER TABLE stored_answer_all RENAME TO stored_answer_0');
    await runner.query('ALTER TABLE stored_answer RENAME CONSTRAINT stored_answer_key TO stored_answer_pkey');
  }
}
