import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was put in over HTTP last, per subject: an older revision is not sent to its topic any more. */
export class SubmittedRevisions1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE submitted_revision');
  }
}

const statements = [
  `CREATE TABLE submitted_revision (
    tenant_id uuid NOT NULL,
    subject text NOT NULL,
    revision bigint NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, subject)
  )`,
  ...tenantTable('submitted_revision'),
];
