import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * As of which version the reminder is known. In a rolling update a process of a build without reminders may learn a version
 * and leave its reminder out: that is not a coupon that reminds of nothing.
 */
export class ReminderVersion1765030000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_text ADD COLUMN reminder_version bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_text DROP COLUMN reminder_version');
  }
}
