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
        ADD COLUMN users_until uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        ADD COLUMN seen_until timestamptz NOT NULL DEFAULT '-infinity',
        ADD COLUMN round_ended_at timestamptz`);
    await runner.query(
      `CREATE INDEX redemption_voided ON redemption (tenant_id, coupon_id, voided_at) INCLUDE (counted)
         WHERE voided_at IS NOT NULL`,
    );
    await runner.query(`
      CREATE TABLE ledger_check (
        tenant_id uuid NOT NULL,
        user_until uuid NOT NULL,
        point_name_until uuid NOT NULL,
        PRIMARY KEY (tenant_id)
      )`);
    // Add-on entries up to counted_until are added up for good; a numeric, as their sum passes through any order.
    await runner.query(`
      CREATE TABLE addon_check (
        tenant_id uuid NOT NULL,
        partner_id uuid NOT NULL,
        resource text NOT NULL,
        counted numeric NOT NULL,
        counted_until uuid NOT NULL,
        checked_revision bigint NOT NULL,
        checked_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, partner_id, resource)
      )`);
    for (const statement of ['ledger_check', 'addon_check'].flatMap(tenantTable))
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE addon_check, ledger_check');
    await runner.query('DROP INDEX redemption_voided');
    await runner.query(
      'ALTER TABLE coupon_check DROP COLUMN counted, DROP COLUMN counted_until, DROP COLUMN users_until, DROP COLUMN seen_until, DROP COLUMN round_ended_at',
    );
  }
}
