import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationSet } from '#platform';

/** Tables of the baselines: what a redemption needs at the least, as one would first write it. */
class BaselineTables1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE naive_coupon (
        tenant_id uuid, coupon_id uuid, max bigint NOT NULL, redeemed bigint NOT NULL DEFAULT 0,
        per_user_cap integer NOT NULL, PRIMARY KEY (tenant_id, coupon_id))`);
    await runner.query(`
      CREATE TABLE naive_redemption (
        tenant_id uuid, coupon_id uuid, user_id uuid, redemption_id uuid, key text NOT NULL,
        redeemed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, redemption_id))`);
    await runner.query('CREATE INDEX ON naive_redemption (tenant_id, coupon_id, user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE naive_redemption, naive_coupon');
  }
}

export const baselineMigrations: MigrationSet = {
  service: 'redemption',
  migrations: [BaselineTables1763900000000],
  queueTables: ['naive_coupon', 'naive_redemption'],
};
