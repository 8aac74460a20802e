import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Headers and payloads are written once, read once and never looked into: as `json` they stay the text that they are.
 * Taking them apart into `jsonb` and putting them together again was a good part of what a fact cost PostgreSQL.
 */
export class OutboxAsText1767225600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE outbox ALTER COLUMN headers TYPE json USING headers::json,
                          ALTER COLUMN payload TYPE json USING payload::json`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE outbox ALTER COLUMN headers TYPE jsonb USING headers::jsonb,
                          ALTER COLUMN payload TYPE jsonb USING payload::jsonb`,
    );
  }
}
