import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { Metrics } from '#platform';
import { eventually } from '#testkit';
import { RedemptionWorld, type Replica } from '../../test/redemption-world.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { ReconcileCoupons } from './reconcile-coupons.js';

let world: RedemptionWorld;
let replica: Replica;
beforeAll(async () => {
  world = await RedemptionWorld.start({ REDEMPTION_REDIS_TIMEOUT_MS: '5000' });
  replica = await world.replica();
  await eventually(() => expect(gate().isAway).toBe(false));
});
afterAll(() => world?.stop());

const gate = (): RedemptionGate => replica.app.get(RedemptionGate);

/** What disagreed, as the metric counts it, while `work` ran and until all is checked. */
async function driftWhile(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await drift();
  await work();
  await eventually(() => expect(gate().isAway).toBe(false));
  while ((await replica.app.get(ReconcileCoupons).checkSome(world.tenantId)) > 0);
  const after = await drift();
  return Object.fromEntries(
    Object.entries(after).flatMap(([where, count]) => {
      const grown = count - (before[where] ?? 0);
      return grown === 0 ? [] : [[where, grown]];
    }),
  );
}

async function drift(): Promise<Record<string, number>> {
  const metric = replica.app.get(Metrics).registry.getSingleMetric('redemption_drift_total');
  const { values } = (await metric?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['where']), value]));
}

async function redeemedOnce(): Promise<CouponSnapshot> {
  const coupon = await world.coupon({ max: 10, perUser: 1 });
  const [userId = ''] = await world.followersOf(coupon, 1);
  await world.redeem(replica, { couponId: coupon.couponId, userId });
  await eventually(async () =>
    expect(await gate().total(world.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1 }),
  );
  return coupon;
}

/** A change that nobody noticed, on a coupon whose numbers have moved since. */
const tamper = (sql: string, { couponId }: CouponSnapshot): Promise<unknown> => world.rows(sql, [couponId]);

describe('the reconciler', () => {
  it('proves coupons that nothing is wrong with, and does not count them twice', async () => {
    expect(await driftWhile(redeemedOnce)).toEqual({});
    expect(await replica.app.get(ReconcileCoupons).checkSome(world.tenantId)).toBe(0);
  });

  it('reports a redemption that is missing, and touches nothing', async () => {
    const found = await driftWhile(async () => {
      const coupon = await redeemedOnce();
      await tamper('DELETE FROM redemption WHERE coupon_id = $1', coupon);
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
    });
    expect(found).toEqual({ redemptions: 1 });
  });

  it('reports uses that do not add up', async () => {
    const found = await driftWhile(async () => {
      const coupon = await redeemedOnce();
      await tamper('UPDATE coupon_usage SET uses = 5 WHERE coupon_id = $1', coupon);
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
    });
    expect(found).toEqual({ uses: 1 });
  });

  it('sets Redis right from PostgreSQL', async () => {
    const coupon = await redeemedOnce();
    const [row] = await world.rows<{ rev: string }>('SELECT rev FROM coupon WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    const found = await driftWhile(async () => {
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
      await gate().settle(
        [
          {
            tenantId: world.tenantId,
            couponId: coupon.couponId,
            perUserCap: 1,
            stock: { redeemed: 10, max: 10, finished: true, revision: Number(row?.rev) + 7 },
            users: [],
          },
        ],
        new Map(),
      );
    });
    expect(found).toEqual({ redis: 1 });
    expect(await gate().total(world.tenantId, coupon.couponId)).toEqual({
      redeemed: 1,
      max: 10,
      finished: false,
      revision: Number(row?.rev),
    });
  });

  it('brings Redis up to date where a write was missed, which is no drift', async () => {
    const coupon = await redeemedOnce();
    const found = await driftWhile(() =>
      tamper('UPDATE coupon SET rev = rev + 5, max = 8 WHERE coupon_id = $1', coupon),
    );
    expect(found).toEqual({});
    expect(await gate().total(world.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1, max: 8 });
  });

  it('is done by one process at a time for a tenant', async () => {
    await world.rows(`UPDATE tenant_job SET leased_until = '-infinity' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    const leases = async () =>
      world.rows<{ leased_by: string | null; is_future: boolean }>(
        'SELECT leased_by, leased_until > clock_timestamp() AS is_future FROM tenant_job WHERE tenant_id = $1',
        [world.tenantId],
      );
    await world.rows(
      `UPDATE tenant_job SET leased_by = $2, leased_until = clock_timestamp() + interval '1 minute'
        WHERE tenant_id = $1`,
      [world.tenantId, world.tenantId],
    );
    await replica.app.get(ReconcileCoupons).run(() => true);
    expect(await leases()).toEqual([{ leased_by: world.tenantId, is_future: true }]);
    await world.rows(`UPDATE tenant_job SET leased_until = '-infinity' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    await replica.app.get(ReconcileCoupons).run(() => true);
    expect(await leases()).toEqual([{ leased_by: null, is_future: true }]);
  });
});
