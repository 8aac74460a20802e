import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Writes the deciding function and the reading one again, as their files say now: coupons are looked up one by one, by
 * the whole key. Arguments and answers are the same, so old and new processes work with either.
 */
export class RedeemLookUps1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const file of ['redeem-batch.v2.sql', 'redeem-facts.v2.sql'])
      await runner.query(readFileSync(new URL(`./${file}`, import.meta.url), 'utf8'));
  }

  /** What was there before decided the same, only more slowly in a tenant of many coupons. */
  async down(): Promise<void> {}
}
