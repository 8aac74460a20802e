import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Redemptions that are taken back, and how many points a cashier has given of late. */
export class PointsAndVoids1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // counted: whether it counts in coupon.redeemed. Taken back after the coupon finished, a redemption goes on counting.
    await runner.query(
      'ALTER TABLE redemption ADD COLUMN counted boolean NOT NULL DEFAULT true, ADD COLUMN void_reason text',
    );
    // The ledger itself says who gave what: the limit of a day is read from it. A column, because row-level security lets
    // an index be asked about columns, but not about what is reckoned from them.
    await runner.query('ALTER TABLE point_entry ADD COLUMN granted_by uuid');
    await runner.query(
      `CREATE INDEX point_entry_granted ON point_entry (tenant_id, granted_by, booked_at) INCLUDE (amount)
         WHERE granted_by IS NOT NULL`,
    );
    await runner.query(readFileSync(new URL('./void-redemption.v1.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION void_redemption, void_booking, void_instant');
    await runner.query('ALTER TABLE point_entry DROP COLUMN granted_by');
    await runner.query('ALTER TABLE redemption DROP COLUMN counted, DROP COLUMN void_reason');
  }
}
