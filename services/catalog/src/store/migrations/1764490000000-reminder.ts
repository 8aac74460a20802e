import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The message that reminds of an expiry, and how many days before; null = none. */
export class Reminder1764490000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon ADD COLUMN reminder jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon DROP COLUMN reminder');
  }
}
