import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type QueryRunner } from 'typeorm';
import { eventually, newId, testDatabase, type TestDatabase } from '#testkit';
import { GrantsByInstant1765030000010 } from './migrations/1765030000010-grants-by-instant.js';
import { migrationSet } from './migrations/index.js';

const tenantId = newId();
let database: TestDatabase;
let source: DataSource;
let runner: QueryRunner;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
  runner = source.createQueryRunner();
});
beforeEach(() => database.ownerPool().query('DROP INDEX IF EXISTS user_grant_by_instant'));
afterAll(async () => {
  await runner.release();
  await source.destroy();
  await database.drop();
});

const insert = `INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
                VALUES ($1, $2, $3, $3, 1, now(), false, 0)`;
const grant = () => database.rows(tenantId, insert, [tenantId, tenantId, newId()]);

async function indexes(): Promise<unknown[]> {
  const { rows } = await database.ownerPool().query<{ valid: boolean; unique: boolean }>(
    `SELECT indisvalid AS valid, indisunique AS "unique" FROM pg_index
      WHERE indexrelid = to_regclass('user_grant_by_instant')`,
  );
  return rows;
}

describe('the index of grants by their instant', () => {
  it('is built while grants are being written', async () => {
    const writer = source.createQueryRunner();
    await writer.startTransaction();
    await writer.query("SELECT set_config('octopus.tenant_id', $1, true)", [tenantId]);
    await writer.query(insert, [tenantId, tenantId, newId()]);
    const built = new GrantsByInstant1765030000010().up(runner);
    await eventually(async () => {
      const waiting = await database
        .ownerPool()
        .query(
          `SELECT FROM pg_stat_activity WHERE query LIKE '%user_grant_by_instant%' AND wait_event_type = 'Lock'`,
        );
      expect(waiting.rowCount).toBeGreaterThan(0);
    });
    // Whoever comes now does not queue up behind it: under a lock, this would wait for the writer above, and so for ever.
    await grant();
    await writer.commitTransaction();
    await writer.release();
    await built;
    expect(await indexes()).toEqual([{ valid: true, unique: false }]);
  });

  it('is built anew where an earlier try broke off, and left alone where it is', async () => {
    await grant();
    await grant();
    const broken = 'CREATE UNIQUE INDEX CONCURRENTLY user_grant_by_instant ON user_grant (coupon_id)';
    await expect(database.ownerPool().query(broken)).rejects.toThrow(/could not create unique index/);
    expect(await indexes()).toEqual([{ valid: false, unique: true }]);
    for (let run = 0; run < 2; run += 1) await new GrantsByInstant1765030000010().up(runner);
    expect(await indexes()).toEqual([{ valid: true, unique: false }]);
  });
});
