import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const MONTHS_AHEAD = 3;

/**
 * Cuts what grows for ever by month. What lay in the default partition is not moved: it becomes the partition before the
 * first month, and a new, empty default partition takes what no month is there for.
 */
export class MonthPartitions1764000000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, at] of tables) await runner.query(cutOff(table, at));
    await runner.query(readFileSync(new URL('./month-partitions.v1.sql', import.meta.url), 'utf8'));
    await runner.query(`
      DO $$ BEGIN
        WHILE add_month_partition(${MONTHS_AHEAD}) IS NOT NULL LOOP END LOOP;
      END $$`);
  }

  /** Partitions stay as they are: the tables are the same to everybody who uses them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION month_partition_state, add_month_partition, month_partition, month_start, month_tables',
    );
  }
}

const tables = [
  ['redemption', 'redeemed_at'],
  ['point_entry', 'booked_at'],
  ['addon_entry', 'booked_at'],
] as const;

/** Up to this month, or with it and further ones where they have rows already. Done before: nothing. */
function cutOff(table: string, at: string): string {
  return `
    DO $$
    DECLARE
      month timestamptz := date_trunc('month', clock_timestamp(), 'UTC');
      latest timestamptz;
    BEGIN
      IF to_regclass('public.${table}_before') IS NOT NULL THEN RETURN; END IF;
      LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
      SELECT max(${at}) INTO latest FROM ONLY ${table}_default;
      IF latest >= month THEN
        month := (date_trunc('month', latest AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
      END IF;
      ALTER TABLE ${table} DETACH PARTITION ${table}_default;
      ALTER TABLE ${table}_default RENAME TO ${table}_before;
      EXECUTE format('ALTER TABLE ${table} ATTACH PARTITION ${table}_before FOR VALUES FROM (MINVALUE) TO (%L)', month);
      CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT;
    END $$`;
}
