import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Clock, type TenantDatabase } from '#platform';
import { newId } from '#testkit';
import { RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { Coupon } from '../domain/coupon.js';
import { CouponFactsStore } from './coupon-facts.store.js';
import { RedemptionBatchStore } from './redemption-batch.store.js';

const OTHERS = 400;
const ASKED = 3;
/** Each coupon is looked up a few times: to lock it, to judge it, to count, to tell. */
const LOOKS_AT_MOST = 6;

let fixture: RedemptionFixture;
let coupons: readonly Coupon[];
beforeAll(async () => {
  fixture = await RedemptionFixture.open();
  // Never analysed: the planner believes that the tenant has one coupon, and any way of reading as good as any other.
  await fixture.rows('ALTER TABLE coupon SET (autovacuum_enabled = off)');
  coupons = await Promise.all(
    Array.from({ length: OTHERS + ASKED }, () => fixture.addCoupon({ stock: { max: 10 } })),
  );
});
afterAll(() => fixture.close());

/** Rows of the coupon table that `work` has fetched. */
async function fetched(work: (database: TenantDatabase) => Promise<unknown>): Promise<number> {
  const client = await fixture.pool.connect();
  try {
    await client.query('BEGIN');
    const before = await rowsFetched(client);
    await work({ pool: client as unknown as pg.Pool } as TenantDatabase);
    return (await rowsFetched(client)) - before;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** By this connection since it told the server's statistics last. */
async function rowsFetched(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    `SELECT idx_tup_fetch + seq_tup_read AS n FROM pg_stat_xact_user_tables WHERE relname = 'coupon'`,
  );
  return Number(rows[0]?.n);
}

describe('a tenant of many coupons', () => {
  it('has only those read that are redeemed', async () => {
    const some = coupons.slice(0, ASKED);
    const entries = await Promise.all(
      some.map(async (coupon) => {
        const [userId = ''] = await fixture.followersOf(coupon, 1);
        return fixture.entry(coupon, userId);
      }),
    );
    const read = await fetched(async (database) => {
      const done = await new RedemptionBatchStore(database, new Clock()).redeem(entries, versionsOf(...some));
      expect(done.entries.map(({ outcome }) => outcome.kind)).toEqual(some.map(() => 'accepted'));
    });
    expect(read).toBeGreaterThanOrEqual(ASKED);
    expect(read).toBeLessThanOrEqual(ASKED * LOOKS_AT_MOST);
  });

  it('has only those read that are asked about', async () => {
    const some = coupons.slice(0, ASKED).map(({ couponId }) => couponId);
    const read = await fetched(async (database) => {
      const found = await new CouponFactsStore(database).read(fixture.tenantId, [...some, newId()], []);
      expect([...found.coupons.keys()].sort()).toEqual([...some].sort());
    });
    expect(read).toBe(ASKED);
  });
});
