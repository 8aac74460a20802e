import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Clock, type TenantDatabase } from '#platform';
import { eventually, newId } from '#testkit';
import type { BatchOutcome, RedeemEntry } from '../../services/redemption/src/domain/batch.js';
import type { Coupon } from '../../services/redemption/src/domain/coupon.js';
import { RedemptionBatchStore } from '../../services/redemption/src/store/redemption-batch.store.js';
import { RedemptionFixture } from '../../services/redemption/test/redemption-fixture.js';

/** What happens between two batches on different coupons: no coupon's lock stands between them. */
describe('two batches on different coupons', () => {
  let fixture: RedemptionFixture;
  beforeAll(async () => {
    fixture = await RedemptionFixture.open({ connections: 8 });
  });
  afterAll(() => fixture.close());

  /** Runs `first` up to its commit, starts `second` beside it, and commits the first once the second waits for it. */
  const inTurn = async (
    first: (open: RedemptionBatchStore) => Promise<BatchOutcome>,
    second: () => Promise<BatchOutcome>,
  ): Promise<PromiseSettledResult<BatchOutcome>> => {
    const client = await fixture.pool.connect();
    try {
      await client.query('BEGIN');
      const { entries } = await first(new RedemptionBatchStore(asDatabase(client), new Clock()));
      expect(entries[0]?.outcome.kind).toBe('accepted');
      const racing = Promise.allSettled([second()]);
      await untilWaiting(fixture, 1);
      await client.query('COMMIT');
      const [outcome] = await racing;
      return outcome;
    } finally {
      client.release();
    }
  };

  const purse = async (
    users: readonly string[],
    ...points: readonly (readonly [string, bigint])[]
  ): Promise<void> => {
    for (const userId of users)
      for (const [point, balance] of points) await fixture.addBalance(userId, point, balance);
  };

  it('under one key redeem one of them', async () => {
    const [a, b] = await twoCoupons(fixture);
    const [userId = ''] = await fixture.followersOf(a, 1);
    await fixture.addFollowers(b.channelId, [userId]);
    const key: Partial<RedeemEntry> = { reservationId: newId() };
    const second = await inTurn(
      (open) => open.redeem([{ ...fixture.entry(a, userId), ...key }], known(a)),
      () => fixture.batches.redeem([{ ...fixture.entry(b, userId), ...key }], known(b)),
    );
    // Run again it finds that the key stands for something else; see run-batch.ts.
    expect(second).toMatchObject({ status: 'rejected', reason: { code: '23505' } });
  });

  it('paid from one purse take turns: the second fails where the first has left too little', async () => {
    const point = newId();
    const price = { pointNameId: point, pointName: 'beans', amount: 10n };
    const [a, b] = await twoCoupons(fixture, { price });
    const [userId = ''] = await fixture.followersOf(a, 1);
    await fixture.addFollowers(b.channelId, [userId]);
    await purse([userId], [point, 15n]);
    const second = await inTurn(
      (open) => open.redeem([fixture.entry(a, userId)], known(a)),
      () => fixture.batches.redeem([fixture.entry(b, userId)], known(b)),
    );
    // Run again it sees what is left; see run-batch.ts.
    expect(second).toMatchObject({ status: 'rejected', reason: { constraint: 'points_never_negative' } });
  });

  it('paid from one account of units take turns, too', async () => {
    const partnerId = newId();
    const units = { resource: 'sms', units: 10 };
    const terms = { partnerId, units, triggerId: newId(), partnerUnits: 15 };
    const [a, b] = await twoCoupons(fixture, terms);
    const [userId = ''] = await fixture.followersOf(a, 1);
    await fixture.addFollowers(b.channelId, [userId]);
    const second = await inTurn(
      (open) => open.redeem([fixture.entry(a, userId)], known(a)),
      () => fixture.batches.redeem([fixture.entry(b, userId)], known(b)),
    );
    expect(second).toMatchObject({
      status: 'fulfilled',
      value: { entries: [{ outcome: { kind: 'refused', code: 'partner_balance_exhausted' } }] },
    });
  });

  it('with crossed points on the same users never wait for each other', async () => {
    const [p, q] = [newId(), newId()];
    const amount = (pointNameId: string, amount: bigint) => ({ pointNameId, pointName: 'beans', amount });
    const a = await fixture.addCoupon({ price: amount(p, 1n), bonus: amount(q, 1n) });
    const b = await fixture.addCoupon({ price: amount(q, 1n), bonus: amount(p, 1n) });
    const users = (await fixture.followersOf(a, 9)).sort();
    await fixture.addFollowers(b.channelId, users);
    await purse(users, [p, 50n], [q, 50n]);
    const before = await deadlocks(fixture);
    // Each batch gets as far as the balances in the middle: from two ends, each would hold what the other wants next.
    const holder = await fixture.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await holder.query('SELECT FROM point_balance WHERE user_id = $1 FOR UPDATE', [users[4]]);
    const batch = (coupon: Coupon, inOrder: readonly string[]): Promise<BatchOutcome> =>
      fixture.batches.redeem(
        inOrder.map((userId) => fixture.entry(coupon, userId)),
        known(coupon),
      );
    const racing = Promise.allSettled([batch(a, users), batch(b, users.toReversed())]);
    await untilWaiting(fixture, 2);
    await holder.query('COMMIT');
    holder.release();
    expect((await racing).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await deadlocks(fixture)).toBe(before);
    const [{ total } = { total: '' }] = await fixture.rows<{ total: string }>(
      'SELECT sum(balance) AS total FROM point_balance WHERE point_name_id = ANY ($1)',
      [[p, q]],
    );
    expect(total).toBe(String(users.length * 100));
  });
});

async function twoCoupons(fixture: RedemptionFixture, over: Partial<Coupon> = {}): Promise<[Coupon, Coupon]> {
  return [await fixture.addCoupon(over), await fixture.addCoupon(over)];
}

function known(coupon: Coupon): Map<string, Coupon> {
  return new Map([[coupon.couponId, coupon]]);
}

function asDatabase(client: pg.PoolClient): TenantDatabase {
  // The store asks for nothing but `query`; here it asks inside a transaction that stays open.
  return { pool: client } as unknown as TenantDatabase;
}

/** So many connections wait for a lock of somebody else. */
async function untilWaiting(fixture: RedemptionFixture, count: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await fixture.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows[0]?.waiting !== count) throw new Error(`${rows[0]?.waiting} of ${count} wait`);
  });
}

async function deadlocks(fixture: RedemptionFixture): Promise<number> {
  const { rows } = await fixture.test
    .ownerPool()
    .query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
  return Number(rows[0]?.deadlocks);
}
