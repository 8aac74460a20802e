import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The functions that decide. A change of theirs is a new file and a new migration. */
const files = ['redemption-refusal.v1.sql', 'redeem-batch.v1.sql', 'redeem-facts.v1.sql'];

export class RedeemBatch1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const file of files) {
      await runner.query(readFileSync(new URL(`./${file}`, import.meta.url), 'utf8'));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION redeem_facts, redeem_batch, redemption_refusal');
    await runner.query('DROP TYPE redeem_verdict');
  }
}
