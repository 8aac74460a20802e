import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '../tenant-table.js';

/** What was put in over HTTP last, per subject: an older revision is not sent to its topic any more. */
export class CreateSubmittedRevisions1767225600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE submitted_revision (
        tenant_id uuid NOT NULL,
        subject text NOT NULL,
        revision bigint NOT NULL,
        event_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, subject)
      )`);
    for (const statement of tenantTable('submitted_revision')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE submitted_revision');
  }
}
