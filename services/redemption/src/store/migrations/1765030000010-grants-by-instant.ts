import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The grants whose validity ends on one day are those that began on one day. Instants and ids only, so that row-level security
 * lets the index be asked. Built beside redemptions that go on, which takes no transaction and, where something runs long,
 * its time. A database that was migrated while this index was part of 1764400000000 has it already.
 */
export class GrantsByInstant1765030000010 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // It waits for transactions that see the table as it was: that is no lock in anybody's way.
    await runner.query('SET lock_timeout = 0');
    const left = (await runner.query(
      `SELECT FROM pg_index WHERE indexrelid = to_regclass('user_grant_by_instant') AND NOT indisvalid`,
    )) as unknown[];
    if (left.length > 0) await runner.query('DROP INDEX CONCURRENTLY user_grant_by_instant');
    await runner.query(
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS user_grant_by_instant
         ON user_grant (tenant_id, coupon_id, available_at, user_id) WHERE NOT revoked`,
    );
    await runner.query('RESET lock_timeout');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS user_grant_by_instant');
  }
}
