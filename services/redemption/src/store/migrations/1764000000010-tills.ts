import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the tills ask: where a cashier works, and which pass a typed code is of. */
export class Tills1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pass ADD COLUMN reference bytea');
    await runner.query('CREATE INDEX pass_by_reference ON pass (tenant_id, reference)');
    await runner.query(readFileSync(new URL('./till-functions.v1.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION passes_by_reference, cashier_account');
    await runner.query('ALTER TABLE pass DROP COLUMN reference');
  }
}
