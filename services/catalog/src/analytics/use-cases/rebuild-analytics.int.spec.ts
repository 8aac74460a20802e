import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { dataSourceOptions, Log, TenantDatabase } from '#platform';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { someFacts } from '../../../test/analytics-facts.js';
import { migrationSet } from '../../store/migrations/index.js';
import type { AnalyticsFact } from '../domain/fact.js';
import { GenerationStore } from '../store/generation.store.js';
import { JournalStore } from '../store/journal.store.js';
import { TallyStore } from '../store/tally.store.js';
import { CountFacts } from './count-facts.js';
import { RebuildAnalytics } from './rebuild-analytics.js';

let database: TestDatabase;
let dataSource: DataSource;
let tenants: TenantDatabase;
let countFacts: CountFacts;
let rebuild: RebuildAnalytics;

beforeAll(async () => {
  database = await testDatabase(migrationSet);
  const settings = { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 8 };
  dataSource = await new DataSource(dataSourceOptions('catalog', settings)).initialize();
  tenants = new TenantDatabase(dataSource, new Log({ level: 'silent' }));
  const stores = [new GenerationStore(), new JournalStore(), new TallyStore()] as const;
  countFacts = new CountFacts(...stores);
  rebuild = new RebuildAnalytics(tenants, ...stores);
}, 60_000);
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

function count(tenantId: string, facts: readonly AnalyticsFact[]): Promise<void> {
  return tenants.transaction(tenantId, (tx) => countFacts.count(tx, tenantId, facts));
}

/** Every row of the generation that is shown. Rows that add up to nothing are as good as none. */
async function shown(tenantId: string): Promise<unknown> {
  const live = 'generation = (SELECT live FROM analytics_generation WHERE tenant_id = $1)';
  const rows = (table: string, columns: string, isSomething: string) =>
    database.rows(
      tenantId,
      `SELECT ${columns} FROM ${table} WHERE tenant_id = $1 AND ${live} AND ${isSomething} ORDER BY ${columns}`,
      [tenantId],
    );
  return {
    totals: await rows('analytics_total', 'coupon_id, metric, dimension, amount', 'amount <> 0'),
    quarters: await rows(
      'analytics_quarter',
      'coupon_id, quarter, redemptions, voided, impressions, refusals, granted',
      'true',
    ),
    reach: await rows(
      'analytics_reach',
      'coupon_id, user_id, granted, seen, redeemed',
      '(granted, seen, redeemed) <> (0, 0, 0)',
    ),
  };
}

async function rowsBesideTheLive(tenantId: string): Promise<number> {
  const [row] = await database.rows<{ n: number }>(
    tenantId,
    `SELECT count(*)::int AS n FROM analytics_reach
     WHERE generation <> (SELECT live FROM analytics_generation WHERE tenant_id = $1)`,
    [tenantId],
  );
  return row?.n ?? 0;
}

describe('the read model', () => {
  it('shows the same numbers whatever the order and the batches; users of the funnel are those of its rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        someFacts,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (facts, sizes) => {
          const [inOrder, otherwise] = [newId(), newId()];
          await count(inOrder, facts);
          const left = [...facts].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
          for (let batch = 0; left.length > 0; batch += 1)
            await count(otherwise, left.splice(0, sizes[batch % sizes.length]));
          expect(await shown(otherwise)).toEqual(await shown(inOrder));
          expect(await uncounted(otherwise)).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('counts every fact once when many batches of the same coupons run side by side', async () => {
    const [alone, together] = [newId(), newId()];
    const batches = fc.sample(someFacts, { numRuns: 60, seed: 7 });
    for (const batch of batches) await count(alone, batch);
    await Promise.all(batches.map((batch) => count(together, batch)));
    expect(await shown(together)).toEqual(await shown(alone));
  }, 60_000);
});

describe('a rebuild', () => {
  it('ends with the same numbers while facts go on to come, though it is stopped on its way again and again', async () => {
    const [rebuilt, untouched] = [newId(), newId()];
    const batches = fc.sample(someFacts, { numRuns: 240, seed: 11 });
    const tell = async (from: number, to: number): Promise<void> => {
      for (const batch of batches.slice(from, to)) {
        await count(rebuilt, batch);
        await count(untouched, batch);
      }
    };
    await tell(0, 120);
    let isDone = false;
    const live = tell(120, 240).finally(() => (isDone = true));
    let rebuilds = 0;
    do {
      let steps = 0;
      const mayGoOn = (): boolean => (steps += 1) <= 3;
      await rebuild.run(rebuilt, mayGoOn);
      if ((await building(rebuilt)) === null) rebuilds += 1;
    } while (!isDone);
    await live;
    await rebuild.run(rebuilt);
    expect(rebuilds).toBeGreaterThan(0);
    expect(await shown(rebuilt)).toEqual(await shown(untouched));
    expect(await uncounted(rebuilt)).toEqual([]);
    expect(await rowsBesideTheLive(rebuilt)).toBe(0);
  }, 120_000);

  it('goes on where it was when its connection is cut in the middle of a step', async () => {
    const tenantId = newId();
    for (const batch of fc.sample(someFacts, { numRuns: 60, seed: 3 })) await count(tenantId, batch);
    const before = await shown(tenantId);
    let steps = 0;
    const cut = (): boolean => {
      steps += 1;
      if (steps === 2)
        void dataSource.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`,
        );
      return true;
    };
    await expect(rebuild.run(tenantId, cut)).rejects.toThrow();
    // Idle connections of the pool were cut, too, and it may not have noticed all of them yet.
    const again = (tries: number): Promise<void> =>
      rebuild.run(tenantId).catch((error: unknown) => {
        if (tries === 0) throw error;
        return again(tries - 1);
      });
    await again(5);
    expect(await building(tenantId)).toBeNull();
    expect(await shown(tenantId)).toEqual(before);
  }, 60_000);

  it('makes good what was broken in the read model', async () => {
    const tenantId = newId();
    for (const batch of fc.sample(someFacts, { numRuns: 5, seed: 5 })) await count(tenantId, batch);
    const before = await shown(tenantId);
    for (const table of ['analytics_total', 'analytics_quarter', 'analytics_reach'])
      await database.rows(tenantId, `DELETE FROM ${table} WHERE tenant_id = $1`, [tenantId]);
    await rebuild.run(tenantId);
    expect(await shown(tenantId)).toEqual(before);
  });

  it('of two at once does everything once', async () => {
    const tenantId = newId();
    for (const batch of fc.sample(someFacts, { numRuns: 60, seed: 9 })) await count(tenantId, batch);
    const before = await shown(tenantId);
    await Promise.all([rebuild.run(tenantId), rebuild.run(tenantId)]);
    expect(await shown(tenantId)).toEqual(before);
  }, 60_000);
});

async function building(tenantId: string): Promise<number | null> {
  const sql = 'SELECT building FROM analytics_generation WHERE tenant_id = $1';
  const { rows } = await database.ownerPool().query<{ building: number | null }>(sql, [tenantId]);
  return rows[0]?.building ?? null;
}

/** Coupons whose unique users are not as many as there are such rows. */
function uncounted(tenantId: string): Promise<unknown[]> {
  return database.rows(
    tenantId,
    `SELECT coupon_id, step FROM (
       SELECT coupon_id, step, count(*) FILTER (WHERE times > 0) AS users
       FROM analytics_reach, LATERAL (VALUES ('granted', granted), ('seen', seen), ('redeemed', redeemed)) AS v (step, times)
       WHERE tenant_id = $1 AND generation = (SELECT live FROM analytics_generation WHERE tenant_id = $1)
       GROUP BY coupon_id, step) counted
     WHERE users <> coalesce((SELECT amount FROM analytics_total t WHERE tenant_id = $1
       AND generation = (SELECT live FROM analytics_generation WHERE tenant_id = $1)
       AND t.coupon_id = counted.coupon_id AND metric = 'users_' || step), 0)`,
    [tenantId],
  );
}
