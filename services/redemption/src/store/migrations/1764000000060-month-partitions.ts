import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const MONTHS_AHEAD = 3;

/**
 * Cuts what grows for ever by month. What lay in the default partition is not moved: it becomes the partition before the
 * first month, and a new, empty default partition takes what no month is there for.
 *
 * Becoming a partition, its rows would be read through under a lock that nobody gets past. So they are proven before, while
 * everybody goes on writing: that takes transactions of their own.
 */
export class MonthPartitions1764000000060 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, at] of tables) await proveBound(runner, table, at);
    await runner.query('BEGIN');
    try {
      await this.cut(runner);
      await runner.query('COMMIT');
    } catch (error) {
      await runner.query('ROLLBACK');
      throw error;
    }
  }

  private async cut(runner: QueryRunner): Promise<void> {
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

/**
 * That all rows lie before a month, where there are rows. The month begins in a week at the earliest: until the table is cut
 * off, later rows are refused. A run that was broken off begins anew.
 */
async function proveBound(runner: QueryRunner, table: string, at: string): Promise<void> {
  if (await isThere(runner, `to_regclass('public.${table}_before')`)) return;
  await runner.query(`ALTER TABLE ${table}_default DROP CONSTRAINT IF EXISTS before_month`);
  await runner.query(`
    DO $$
    DECLARE
      latest timestamptz;
    BEGIN
      SELECT greatest(max(${at}), clock_timestamp() + interval '7 days') INTO latest
        FROM ONLY ${table}_default HAVING count(*) > 0;
      IF latest IS NULL THEN RETURN; END IF;
      EXECUTE format('ALTER TABLE ${table}_default ADD CONSTRAINT before_month CHECK (${at} < %L) NOT VALID',
                     (date_trunc('month', latest AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC');
    END $$`);
  if (await isThere(runner, bound(table, 'oid')))
    await runner.query(`ALTER TABLE ${table}_default VALIDATE CONSTRAINT before_month`);
}

async function isThere(runner: QueryRunner, what: string): Promise<boolean> {
  const found = (await runner.query(`SELECT ${what} IS NOT NULL AS there`)) as { there: boolean }[];
  return found[0]?.there === true;
}

/** Of the bound that is proven, or about to be; null = there is none. */
function bound(table: string, column: string): string {
  return `(SELECT ${column} FROM pg_constraint
            WHERE conrelid = 'public.${table}_default'::regclass AND conname = 'before_month')`;
}

/** Up to this month, or with it and further ones where they have rows already. Done before: nothing. */
function cutOff(table: string, at: string): string {
  return `
    DO $$
    DECLARE
      month timestamptz := date_trunc('month', clock_timestamp(), 'UTC');
      latest timestamptz;
      proven timestamptz;
    BEGIN
      IF to_regclass('public.${table}_before') IS NOT NULL THEN RETURN; END IF;
      LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
      proven := ${bound(table, `(regexp_match(pg_get_constraintdef(oid), '< ''([^'']+)'''))[1]`)};
      IF proven IS NOT NULL THEN
        month := proven;
      ELSE
        SELECT max(${at}) INTO latest FROM ONLY ${table}_default;
        IF latest >= month THEN
          month := (date_trunc('month', latest AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
        END IF;
      END IF;
      ALTER TABLE ${table} DETACH PARTITION ${table}_default;
      ALTER TABLE ${table}_default RENAME TO ${table}_before;
      EXECUTE format('ALTER TABLE ${table} ATTACH PARTITION ${table}_before FOR VALUES FROM (MINVALUE) TO (%L)', month);
      ALTER TABLE ${table}_before DROP CONSTRAINT IF EXISTS before_month;
      CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT;
    END $$`;
}
