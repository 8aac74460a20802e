import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const before = ['redemption-refusal.v1.sql', 'redeem-batch.v1.sql', 'redeem-facts.v1.sql'];
const files = [
  'redeem-types.v2.sql',
  'redeem-json.v1.sql',
  'redeem-rules.v2.sql',
  'redeem-effects.v1.sql',
  'redeem-points.v1.sql',
  'redeem-units.v1.sql',
  'redeem-batch.v2.sql',
  'redeem-batch.v1-on-v2.sql',
  'redeem-facts.v2.sql',
];

/** The functions that decide, with every rule of the engine. A change of theirs is a new file and a new migration. */
export class RedeemFunctions1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION redeem_batch, redemption_refusal, redeem_facts');
    await runner.query('DROP TYPE redeem_verdict');
    for (const file of files) await runner.query(read(file));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$ DECLARE one regprocedure; BEGIN
        FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
          AND proname = ANY ('{redeem_batch,redeem_facts,lock_accounts,share_units,tell_used_up,take_units,move_points,what_was_seen,
                               owe_calls,tell_exhausted,limits_refusal,person_refusal,means_refusal,coupon_refusal,
                               fact_head,stock_json,units_json}')
        LOOP EXECUTE 'DROP FUNCTION ' || one; END LOOP;
      END $$`);
    await runner.query('DROP TYPE redeem_account, redeem_verdict, redeem_grant, redeem_coupon');
    for (const file of before) await runner.query(read(file));
  }
}

function read(file: string): string {
  return readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
}
