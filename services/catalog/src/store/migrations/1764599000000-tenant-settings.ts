import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a tenant decides for itself; changes to it are audited, too. */
export class TenantSettings1764599000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...settings, ...audit]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of auditBefore) await runner.query(statement);
    await runner.query('DROP TABLE tenant_settings');
  }
}

const settings = [
  `CREATE TABLE tenant_settings (
    tenant_id uuid PRIMARY KEY,
    void_minutes integer NOT NULL CHECK (void_minutes >= 1),
    version integer NOT NULL CHECK (version >= 1)
  )`,
  ...tenantTable('tenant_settings'),
];

const aboutOneThing = 'an_entry_is_about_one_thing';

/** NOT VALID: entries of before hold the narrower rule of before, so reading them all again would prove nothing. */
const audit = [
  'ALTER TABLE audit_entry ADD COLUMN tenant_settings boolean',
  `ALTER TABLE audit_entry DROP CONSTRAINT ${aboutOneThing}`,
  `ALTER TABLE audit_entry ADD CONSTRAINT ${aboutOneThing}
     CHECK (num_nonnulls(coupon_id, point_name_id, trigger_id, tenant_settings) = 1) NOT VALID`,
  `CREATE INDEX audit_entry_of_tenant_settings ON audit_entry (tenant_id, entry_id) WHERE tenant_settings`,
];

const auditBefore = [
  'ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY',
  'DELETE FROM audit_entry WHERE tenant_settings',
  'ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY',
  `ALTER TABLE audit_entry DROP CONSTRAINT ${aboutOneThing}, DROP COLUMN tenant_settings`,
  `ALTER TABLE audit_entry ADD CONSTRAINT ${aboutOneThing}
     CHECK (num_nonnulls(coupon_id, point_name_id, trigger_id) = 1)`,
];
