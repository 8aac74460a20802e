import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tenantTable } from '#platform';

/** Reminders by cohort (ADR 21): users' zones, when a coupon's terms began, cohorts under way, and who was reminded. */
export class Reminders1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...users, ...terms, ...runs, ...sent]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reminder_sent, reminder_run, coupon_reminder, app_user');
  }
}

/** A removed user stays as a tombstone, so that an older fact cannot bring them back. */
const users = [
  `CREATE TABLE app_user (
     tenant_id uuid NOT NULL,
     user_id uuid NOT NULL,
     revision bigint NOT NULL,
     time_zone text,
     removed boolean NOT NULL,
     PRIMARY KEY (tenant_id, user_id)
   )`,
  ...tenantTable('app_user'),
  // Which zones a tenant's users live in is found by leaping from one to the next.
  'CREATE INDEX app_user_by_zone ON app_user (tenant_id, time_zone) WHERE time_zone IS NOT NULL',
];

/** Apart from the row on which redemptions are decided. since: a cohort before it had less time than the reminder asks for. */
const terms = [
  `CREATE TABLE coupon_reminder (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     version integer NOT NULL,
     days_before integer,
     end_at timestamptz(3),
     validity_seconds bigint,
     time_zone text NOT NULL,
     since timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, coupon_id)
   )`,
  ...tenantTable('coupon_reminder'),
];

/** A queue over all tenants: a cohort, and how far it has come in the order of its people. */
const runs = [
  `CREATE TABLE reminder_run (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     due_at timestamptz(3) NOT NULL,
     coupon_version integer NOT NULL,
     after_at text NOT NULL DEFAULT '-infinity',
     after_user uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
     leased_by uuid,
     leased_until timestamptz NOT NULL DEFAULT '-infinity',
     PRIMARY KEY (tenant_id, coupon_id, due_at)
   ) WITH (fillfactor = 70)`,
  'CREATE INDEX reminder_run_in_order ON reminder_run (due_at)',
];

/** Once per coupon and user, ever. */
const sent = [
  `CREATE TABLE reminder_sent (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     user_id uuid NOT NULL,
     reminder_id uuid NOT NULL,
     reminded_at timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, coupon_id, user_id)
   )`,
  ...tenantTable('reminder_sent'),
];
