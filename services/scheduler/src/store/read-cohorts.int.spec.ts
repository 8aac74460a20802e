import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { CouponScheduleStore } from './coupon-schedule.store.js';
import { migrationSet } from './migrations/index.js';

const OTHERS = 400;
const ASKED = 3;
const tables = ['coupon_schedule', 'cohort', 'announced'];

const schedules = new CouponScheduleStore();
const tenantId = newId();
const couponIds = Array.from({ length: OTHERS + ASKED }, () => newId());
let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.appUrl, poolSize: 1 }).initialize();
  // Never analysed: the planner believes that the tenant has one coupon, and any way of reading as good as any other.
  for (const table of tables)
    await database.ownerPool().query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  const inserts = [
    `INSERT INTO coupon_schedule (tenant_id, coupon_id, version, coupon) SELECT $1, id, 1, '{}' FROM unnest($2::uuid[]) id`,
    `INSERT INTO cohort (tenant_id, coupon_id, name, data) SELECT $1, id, 'zone/UTC', '{}' FROM unnest($2::uuid[]) id`,
    `INSERT INTO announced (tenant_id, coupon_id, cohort, kind, due_at)
     SELECT $1, id, 'zone/UTC', 'end', '2026-01-01' FROM unnest($2::uuid[]) id`,
  ];
  for (const insert of inserts) await database.rows(tenantId, insert, [tenantId, couponIds]);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** By this transaction. */
async function rowsRead(tx: EntityManager): Promise<Record<string, number>> {
  const rows = await tx.query<{ relname: string; read: number }[]>(
    `SELECT relname, (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int AS read
       FROM pg_stat_xact_user_tables WHERE relname = ANY ($1)`,
    [tables],
  );
  return Object.fromEntries(rows.map(({ relname, read }) => [relname, read]));
}

describe('the cohorts of a batch', () => {
  it('are read without the other coupons of their tenant', async () => {
    const asked = couponIds
      .slice(0, ASKED)
      .map((couponId) => ({ tenantId, couponId, cohort: 'zone/UTC' }) as const);
    await source.transaction(async (tx) => {
      const found = await schedules.lockCohorts(tx, asked);
      expect(found.map(({ couponId }) => couponId).toSorted()).toEqual(
        asked.map(({ couponId }) => couponId).toSorted(),
      );
      for (const { announced } of found) expect(announced).toEqual({ end: Date.parse('2026-01-01') });
      // A coupon is locked, then read.
      expect(await rowsRead(tx)).toEqual({ coupon_schedule: 2 * ASKED, cohort: ASKED, announced: ASKED });
    });
  });

  it('hold the locks of their coupons', async () => {
    const [couponId = ''] = couponIds;
    await source.transaction(async (tx) => {
      await schedules.lockCohorts(tx, [{ tenantId, couponId, cohort: '' }]);
      const skipped = await database.rows(
        tenantId,
        'SELECT FROM coupon_schedule WHERE coupon_id = $1 FOR UPDATE SKIP LOCKED',
        [couponId],
      );
      expect(skipped).toEqual([]);
    });
  });
});
