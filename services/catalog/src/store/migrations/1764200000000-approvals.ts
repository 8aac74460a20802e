import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Coupons that wait for the tenant's approval, and why it was refused. */
export class Approvals1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon ADD COLUMN rejected_because text');
    await runner.query(
      `CREATE INDEX coupon_awaiting_approval ON coupon (tenant_id, coupon_id) WHERE status = 'pending_approval'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX coupon_awaiting_approval');
    await runner.query('ALTER TABLE coupon DROP COLUMN rejected_because');
  }
}
