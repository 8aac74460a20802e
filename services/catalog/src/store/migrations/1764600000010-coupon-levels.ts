import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Levels of its programme to which a coupon is limited. */
export class CouponLevels1764600000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE coupon ADD COLUMN level_ids uuid[] NOT NULL DEFAULT '{}'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon DROP COLUMN level_ids');
  }
}
