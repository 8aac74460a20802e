import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import type { EntityManager } from 'typeorm';
import { newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import { CashierGrantStore } from './cashier-grant.store.js';

/** Far more than an index needs for a handful of entries, far less than the ledger has. */
const FEW_PAGES = 50;

let fixture: RedemptionFixture;
const store = new CashierGrantStore();
const cashierId = newId();
beforeAll(async () => {
  fixture = await RedemptionFixture.open();
});
afterAll(() => fixture?.close());

/** In the service's own role, under row-level security; `explained` gets each statement's plan and what it touched. */
async function inTenant<T>(work: (tx: EntityManager) => Promise<T>, explained: object[] = []): Promise<T> {
  const client: PoolClient = await fixture.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    const query = async (sql: string, values: unknown[]) => {
      const { rows } = await client.query<{ 'QUERY PLAN': object[] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
        values,
      );
      explained.push(...rows.flatMap((row) => row['QUERY PLAN']));
      return (await client.query<object>(sql, values)).rows;
    };
    return await work({ query } as unknown as EntityManager);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

function addEntries(grantedBy: string | null, count: number, hoursAgo: number): Promise<object[]> {
  return fixture.rows(
    `INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, granted_by,
                              booked_at)
     SELECT $1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 5, 5, 1,
            jsonb_build_object('kind', 'granted', 'grantedBy', $2::uuid), $2,
            octopus_now() - make_interval(hours => $4::integer)
       FROM generate_series(1, $3::integer)`,
    [fixture.tenantId, grantedBy, count, hoursAgo],
  );
}

describe('what a cashier gave in a day', () => {
  it.each(['empty', 'full'])(
    'is found by an index among everybody’s entries, planned over %s statistics',
    async (when) => {
      await fixture.test.ownerPool().query('TRUNCATE point_entry');
      if (when === 'empty') await fixture.test.ownerPool().query('ANALYZE point_entry');
      await addEntries(cashierId, 3, 1);
      await addEntries(cashierId, 2, 25);
      await addEntries(newId(), 10_000, 1);
      await addEntries(null, 10_000, 1);
      if (when === 'full') await fixture.test.ownerPool().query('ANALYZE point_entry');
      const explained: object[] = [];
      expect(await inTenant((tx) => store.givenInDay(tx, fixture.tenantId, cashierId), explained)).toBe(15n);
      const [{ Plan: plan }] = explained as [{ Plan: Record<string, number> }];
      expect(Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks'])).toBeLessThan(FEW_PAGES);
      expect(JSON.stringify(plan)).toMatch(/"Index Cond":"[^"]*granted_by =/);
    },
  );
});

describe('the limit of a cashier', () => {
  it('is none once the account has taken the cashier off', async () => {
    const cashier = { revision: 1, partner_id: newId(), display_name: 'Marko', store_ids: [] };
    const limits = { grant_at_once: 10, grant_per_day: 20 };
    const [there, gone] = [newId(), newId()];
    await fixture.put('cashier', { cashier_id: there, ...cashier, ...limits });
    await fixture.put('cashier', { cashier_id: gone, ...cashier, ...limits, removed: true });
    const limitOf = (id: string) => inTenant((tx) => store.lockLimit(tx, fixture.tenantId, id));
    expect(await limitOf(there)).toEqual({ perGrant: 10n, perDay: 20n });
    expect(await limitOf(gone)).toBeNull();
  });
});
