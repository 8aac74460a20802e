import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts how often a waiting message has been looked at, so that one that waits in vain can be parked. */
export class Attempts1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pending_message ADD COLUMN attempts integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pending_message DROP COLUMN attempts');
  }
}
