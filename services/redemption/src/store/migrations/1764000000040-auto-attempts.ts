import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How automatic attempts are found, and what lets a refused one be tried again. */
export class AutoAttempts1764000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
    await runner.query(readFileSync(new URL('./wake-attempts.v1.sql', import.meta.url), 'utf8'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION wake_by_points, wake_by_units, wake_by_coupon, wake_by_publisher, wake_by_grant CASCADE',
    );
    await runner.query('DROP TABLE auto_wake');
    await runner.query('DROP INDEX auto_attempt_due, auto_attempt_in_line, coupon_auto');
    await runner.query('ALTER TABLE auto_attempt DROP COLUMN naps, DROP COLUMN at_cap');
    await runner.query(`CREATE INDEX auto_attempt_due ON auto_attempt (due_at) WHERE state = 'waiting'`);
  }
}

/**
 * Open = waiting or blocked: every open attempt has an instant at which it is tried at the latest, and a blocked one may
 * be woken before. naps: how often in a row it was blocked; each time it sleeps longer. at_cap:
 * the cap per user at which it ended, done or closed; raised, it goes on.
 */
const statements = [
  'ALTER TABLE auto_attempt ADD COLUMN naps integer NOT NULL DEFAULT 0, ADD COLUMN at_cap bigint',
  'DROP INDEX auto_attempt_due',
  `CREATE INDEX auto_attempt_due ON auto_attempt (due_at) WHERE state IN ('waiting', 'blocked')`,
  `CREATE INDEX auto_attempt_in_line ON auto_attempt (tenant_id, coupon_id, due_at)
     WHERE state IN ('waiting', 'blocked')`,
  'CREATE INDEX auto_attempt_at_cap ON auto_attempt (tenant_id, coupon_id, user_id) WHERE at_cap IS NOT NULL',
  // Few: which point names are a price of automatic coupons, and which of these coupons are over.
  `CREATE INDEX coupon_auto ON coupon (tenant_id, price_point) WHERE type = 'auto'`,
  // A queue over all tenants: causes that have cleared, each in the transaction that cleared it. user_until: those whose
  // cap was raised have been woken up to that user.
  `CREATE TABLE auto_wake (
     wake_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     tenant_id uuid NOT NULL,
     cause text NOT NULL,
     user_until uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
   )`,
];
