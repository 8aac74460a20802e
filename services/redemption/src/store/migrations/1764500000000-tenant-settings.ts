import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What tenants decide for themselves, as catalog tells. */
export class TenantSettings1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE tenant_settings (
         tenant_id uuid PRIMARY KEY,
         revision bigint NOT NULL,
         void_minutes integer NOT NULL
       )`,
    );
    for (const statement of tenantTable('tenant_settings')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tenant_settings');
  }
}
