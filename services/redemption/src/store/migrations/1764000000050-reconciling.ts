import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '#platform';

/** How far the reconciler has come, so that no history is counted twice. */
export class Reconciling1764000000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Redemptions are never taken away: those up to `counted_until` are counted for good. Voids are looked up apart.
    await runner.query(`
      ALTER TABLE coupon_check
        ADD COLUMN counted bigint NOT NULL DEFAULT 0,
        ADD COLUMN counted_until timestamptz NOT NULL DEFAULT '-infinity',
        ADD COLUMN users_until uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'`);
    await runner.query(
      `CREATE INDEX redemption_voided ON redemption (tenant_id, coupon_id) INCLUDE (counted)
         WHERE voided_at IS NOT NULL`,
    );
    await runner.query(`
      CREATE TABLE ledger_check (
        tenant_id uuid NOT NULL,
        user_until uuid NOT NULL,
        point_name_until uuid NOT NULL,
        PRIMARY KEY (tenant_id)
      )`);
    for (const statement of tenantTable('ledger_check')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_check');
    await runner.query('DROP INDEX redemption_voided');
    await runner.query(
      'ALTER TABLE coupon_check DROP COLUMN counted, DROP COLUMN counted_until, DROP COLUMN users_until',
    );
  }
}
