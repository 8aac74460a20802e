import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the request was made whose total cap holds: an older one that comes late does not overwrite it. */
export class NewestCap1765060000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon ADD COLUMN cap_requested_at timestamptz(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon DROP COLUMN cap_requested_at');
  }
}
