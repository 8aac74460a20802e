import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a trigger's call is made, and which accounts may use it. Rows of before are posted, by all accounts. */
export class TriggerCalls1765010000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE trigger
         ADD COLUMN method text NOT NULL DEFAULT 'POST',
         ADD COLUMN headers jsonb NOT NULL DEFAULT '[]',
         ADD COLUMN body_template text,
         ADD COLUMN partner_ids uuid[]`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE trigger
         DROP COLUMN method, DROP COLUMN headers, DROP COLUMN body_template, DROP COLUMN partner_ids`,
    );
  }
}
