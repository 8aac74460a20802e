import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a coupon says to remind of its expiry; null = nothing. */
export class ReminderTexts1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_text ADD COLUMN reminder text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_text DROP COLUMN reminder');
  }
}
