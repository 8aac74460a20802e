import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { migrationSet } from './migrations/index.js';

/**
 * What processes from before there were cohorts say to the database, word for word: in a rolling update they go on beside
 * this build until they are replaced.
 */
const earlier = {
  takeOver: `INSERT INTO coupon_schedule AS stored (tenant_id, coupon_id, version) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET version = excluded.version
       WHERE stored.version < excluded.version
       RETURNING 1`,
  set: `INSERT INTO due AS stored (tenant_id, coupon_id, kind, due_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, coupon_id, kind) DO UPDATE
         SET due_at = excluded.due_at, attempts = 0, lease = NULL, not_before = 'epoch'
       WHERE stored.due_at <> excluded.due_at OR stored.attempts >= $5`,
  markAnnounced: `INSERT INTO announced (tenant_id, coupon_id, kind, due_at)
       SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::timestamptz[])
       ON CONFLICT (tenant_id, coupon_id, kind) DO UPDATE SET due_at = excluded.due_at`,
};

const tenantId = newId();
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
});
afterAll(() => database.drop());

const run = (sql: string, ...values: unknown[]) => database.rows(tenantId, sql, [tenantId, ...values]);

describe('a process of an earlier build', () => {
  it('plans, moves and announces instants beside this build', async () => {
    const couponId = newId();
    const [first, moved] = ['2026-12-01T10:00:00.000Z', '2026-12-02T10:00:00.000Z'];
    expect(await run(earlier.takeOver, couponId, 1)).toHaveLength(1);
    for (const dueAt of [first, moved]) await run(earlier.set, couponId, 'end', dueAt, 10);
    await run(earlier.set, couponId, 'start', first, 10);
    expect(
      await run(
        'SELECT cohort, kind, rank, due_at, data FROM due WHERE tenant_id = $1 AND coupon_id = $2 ORDER BY due_at',
        couponId,
      ),
    ).toEqual([
      { cohort: '', kind: 'start', rank: 9, due_at: new Date(first), data: {} },
      { cohort: '', kind: 'end', rank: 9, due_at: new Date(moved), data: {} },
    ]);
    for (const dueAt of [first, moved])
      await run(earlier.markAnnounced, [couponId, newId()], ['end', 'end'], [dueAt, dueAt]);
    const told = 'SELECT cohort, due_at FROM announced WHERE tenant_id = $1 AND coupon_id = $2';
    expect(await run(told, couponId)).toEqual([{ cohort: '', due_at: new Date(moved) }]);
  });
});
