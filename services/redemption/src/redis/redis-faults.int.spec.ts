import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { Metrics } from '#platform';
import { eventually } from '#testkit';
import { OwnRedis } from '../../test/own-redis.js';
import { RedemptionWorld, type Replica, tally } from '../../test/redemption-world.js';
import { ReconcileCoupons } from '../use-cases/reconcile-coupons.js';
import { WatchGate } from '../use-cases/watch-gate.js';
import { RedemptionGate } from './redemption-gate.js';

let redis: OwnRedis;
let world: RedemptionWorld;
let replicas: [Replica, Replica];
beforeAll(async () => {
  redis = await OwnRedis.start();
  world = await RedemptionWorld.start({
    REDIS_URL: redis.url,
    REDEMPTION_LANES: '2',
    REDEMPTION_REDIS_TIMEOUT_MS: '200',
  });
  replicas = [await world.replica(), await world.replica()];
  await inUse();
});
afterAll(async () => {
  await world?.stop();
  await redis?.stop();
});
afterEach(async () => {
  redis.thaw();
  await inUse();
});

const gates = (): RedemptionGate[] => replicas.map(({ app }) => app.get(RedemptionGate));

/** Until both processes ask Redis again. */
const inUse = (): Promise<void> =>
  eventually(() => expect(gates().map(({ isAway }) => isAway)).toEqual([false, false]));

/** Per process, coupons of batches that waited for Redis and heard nothing. The probe, which goes on, is not counted. */
const waitsInVain = (): Promise<number[]> =>
  Promise.all(
    replicas.map(async ({ app }) => {
      const metric = app.get(Metrics).registry.getSingleMetric('redemption_gate_skipped_total');
      const values = (await metric?.get())?.values ?? [];
      return values.find(({ labels }) => labels['reason'] === 'failed')?.value ?? 0;
    }),
  );

const totalOf = ({ couponId }: CouponSnapshot) => gates()[0]?.total(world.tenantId, couponId);

/** A write may be missed on a busy machine; the next batch or the reconciler brings it, and here it is the latter. */
const caughtUp = (coupon: CouponSnapshot, expected: object): Promise<void> =>
  eventually(async () => {
    await world.rows('DELETE FROM coupon_check WHERE coupon_id = $1', [coupon.couponId]);
    await replicas[0].app.get(ReconcileCoupons).checkSome(world.tenantId);
    expect(await totalOf(coupon)).toMatchObject(expected);
  });

/** So many new users at once, spread over both processes. `midway` happens when half of them are on their way. */
async function crowd(coupon: CouponSnapshot, count: number, midway: () => unknown = () => undefined) {
  const users = await world.followersOf(coupon, count);
  const wave = (some: string[]) =>
    some.map((userId, index) =>
      world.redeem(replicas[index % 2] as Replica, { couponId: coupon.couponId, userId }),
    );
  const first = wave(users.slice(0, count / 2));
  await midway();
  return Promise.all([...first, ...wave(users.slice(count / 2))]);
}

async function soldExactly(coupon: CouponSnapshot, max: number): Promise<void> {
  expect(await world.countsOf(coupon.couponId)).toEqual({ redeemed: max, redemptions: max, uses: max });
}

describe('with Redis', () => {
  it('the numbers there follow those of PostgreSQL', async () => {
    const coupon = await world.coupon({ max: 50, perUser: 1 });
    const replies = await crowd(coupon, 30);
    expect(tally(replies)).toEqual({ 201: 30 });
    await caughtUp(coupon, { redeemed: 30, max: 50 });
  });

  it('a user over the limit is refused without a place in the row’s queue, and still gets an old answer', async () => {
    const coupon = await world.coupon({ max: 10, perUser: 1 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const attempt = { couponId: coupon.couponId, userId, key: 'first' };
    const first = await world.redeem(replicas[0], attempt);
    await caughtUp(coupon, { redeemed: 1 });
    expect(tally([await world.redeem(replicas[1], { ...attempt, key: 'second' })])).toEqual({
      user_limit_reached: 1,
    });
    expect((await world.redeem(replicas[1], attempt)).body).toEqual(first.body);
  });

  it('numbers there that are wrong refuse nobody', async () => {
    const coupon = await world.coupon({ max: 10 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const key = `${world.namespace.namespace}:redemption:${world.tenantId}:{c:${coupon.couponId}}:total`;
    await eventually(async () => expect(await totalOf(coupon)).toBeDefined());
    await redis.ask((client) => client.hSet(key, { redeemed: '10', finished: '1', rev: '99' }));
    expect((await world.redeem(replicas[0], { couponId: coupon.couponId, userId })).status).toBe(201);
  });
});

describe('when Redis is', () => {
  it('killed midway, redemptions go on and the cap holds; back and empty, it is filled by itself', async () => {
    const coupon = await world.coupon({ max: 60 });
    const epoch = gates()[0]?.epoch;
    expect(tally(await crowd(coupon, 40, () => redis.kill()))).toEqual({ 201: 40 });
    expect(gates().some(({ isAway }) => isAway)).toBe(true);
    await redis.run();
    await inUse();
    expect(gates()[0]?.epoch).not.toBe(epoch);
    expect(gates()[0]?.epoch).toBe(gates()[1]?.epoch);
    expect(await totalOf(coupon)).toMatchObject({ redeemed: 40, max: 60, finished: false });
    expect(tally(await crowd(coupon, 60))).toEqual({ 201: 20, sold_out: 40 });
    await soldExactly(coupon, 60);
  });

  it('frozen midway, redemptions go on, and only the first batches wait for it', async () => {
    const coupon = await world.coupon({ max: 100 });
    const replies = await crowd(coupon, 60, () => redis.freeze());
    expect(tally(replies)).toEqual({ 201: 60 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const before = await waitsInVain();
    expect((await world.redeem(replicas[0], { couponId: coupon.couponId, userId })).status).toBe(201);
    // Each batch in flight may have waited once; later ones did not even ask.
    expect(await waitsInVain()).toEqual(before);
    redis.thaw();
    await inUse();
    expect(tally(await crowd(coupon, 60))).toEqual({ 201: 39, sold_out: 21 });
    await soldExactly(coupon, 100);
  });

  it('flushed midway, the cap holds, and it is filled anew under another epoch', async () => {
    const coupon = await world.coupon({ max: 50 });
    const epoch = gates()[0]?.epoch;
    const replies = await crowd(coupon, 100, () => redis.flush());
    expect(tally(replies)).toEqual({ 201: 50, sold_out: 50 });
    await soldExactly(coupon, 50);
    await eventually(() => {
      const now = gates().map((gate) => gate.epoch);
      expect(now[0]).toBeDefined();
      expect(now).toEqual([now[0], now[0]]);
      expect(now[0]).not.toBe(epoch);
    });
  });

  it('restored from an old snapshot, nobody trusts it: it is filled anew', async () => {
    const coupon = await world.coupon({ max: 20 });
    await crowd(coupon, 4);
    await caughtUp(coupon, { redeemed: 4 });
    await redis.save();
    await crowd(coupon, 12);
    const epoch = gates()[0]?.epoch;
    await redis.kill();
    await redis.run();
    await inUse();
    await eventually(() => expect(gates()[0]?.epoch).not.toBe(epoch));
    await caughtUp(coupon, { redeemed: 16 });
    expect(tally(await crowd(coupon, 10))).toEqual({ 201: 4, sold_out: 6 });
  });

  it('away from the start, a process serves all the same', async () => {
    const alone = await world.replica({ REDIS_URL: 'redis://127.0.0.1:1' });
    const coupon = await world.coupon({ max: 1 });
    const users = await world.followersOf(coupon, 3);
    const replies = [];
    for (const userId of users)
      replies.push(await world.redeem(alone, { couponId: coupon.couponId, userId }));
    expect(tally(replies)).toEqual({ 201: 1, sold_out: 2 });
    await alone.stop();
  });
});

describe('a rebuild', () => {
  it('is made by one process, whoever else sees the empty Redis', async () => {
    await world.coupon({ max: 5 });
    await redis.flush();
    await Promise.all([...replicas, ...replicas].map(({ app }) => app.get(WatchGate).run()));
    await inUse();
    const [first, second] = gates();
    expect(first?.epoch).toBe(second?.epoch);
  });

  it('racing redemptions leaves no number too high and none behind for long', async () => {
    const coupon = await world.coupon({ max: 200 });
    const replies = await crowd(coupon, 80, async () => {
      await redis.flush();
      await Promise.all(replicas.map(({ app }) => app.get(WatchGate).run()));
    });
    expect(tally(replies)).toEqual({ 201: 80 });
    await inUse();
    await crowd(coupon, 2);
    await caughtUp(coupon, { redeemed: 82 });
  });
});
