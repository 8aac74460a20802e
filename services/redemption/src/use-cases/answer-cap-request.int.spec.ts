import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { eventually, newId } from '#testkit';
import { RedemptionWorld, type Replica, tally } from '../../test/redemption-world.js';

let world: RedemptionWorld;
let replicas: [Replica, Replica];
let answers: Awaited<ReturnType<RedemptionWorld['namespace']['collect']>>;
let exhausted: typeof answers;
beforeAll(async () => {
  world = await RedemptionWorld.start({ REDEMPTION_LANES: '2', REDEMPTION_NAME_WAIT_MS: '60000' });
  replicas = [await world.replica(), await world.replica()];
  answers = await world.namespace.collect('redemption.cap.v1');
  exhausted = await world.namespace.collect('redemption.coupon-exhausted.v1');
});
afterAll(() => world?.stop());

/** Asks as catalog does; the same request comes `times` times, under another event id each. */
async function ask(
  couponId: string,
  maxRedemptions: number | null,
  times = 1,
  requestedAt = new Date().toISOString(),
  expectedMax?: number | null,
): Promise<string> {
  const requestId = newId();
  for (let n = 0; n < times; n += 1)
    await world.namespace.produce('catalog.cap-request.v1', {
      name: 'cap-requested',
      tenantId: world.tenantId,
      key: couponId,
      subject: `cap-request/${requestId}`,
      data: {
        requestId,
        couponId,
        maxRedemptions,
        requestedBy: newId(),
        requestedAt,
        ...(expectedMax !== undefined && { expectedMax }),
      },
    });
  return requestId;
}

interface Told {
  readonly name: string;
  readonly stock: { redeemed: number; max: number | null; finished: boolean; revision: number };
  readonly reason?: string;
}

const toldOf = (requestId: string): Told[] =>
  answers
    .map(({ value, headers }) => ({
      name: /cap-(\w+)/.exec(headers['ce_type'] ?? '')?.[1] ?? '',
      ...(JSON.parse(value ?? '{}') as Omit<Told, 'name'> & { requestId: string }),
    }))
    .filter((one) => one.requestId === requestId);

async function told(requestId: string): Promise<Told> {
  await eventually(() => expect(toldOf(requestId)).toHaveLength(1));
  return toldOf(requestId)[0] as Told;
}

const redeemAll = async (coupon: CouponSnapshot, count: number) => {
  const users = await world.followersOf(coupon, count);
  return Promise.all(
    users.map((userId, n) => world.redeem(replicas[n % 2] as Replica, { couponId: coupon.couponId, userId })),
  );
};

describe('a wish for another total cap', () => {
  it('of more than a year ago is refused: it may be forgotten that it was answered', async () => {
    const coupon = await world.coupon({ max: 2 });
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const tooOld = await ask(coupon.couponId, 5, 1, daysAgo(366));
    expect(await told(await ask(coupon.couponId, 4, 1, daysAgo(364)))).toMatchObject({ stock: { max: 4 } });
    expect(await told(tooOld)).toMatchObject({ name: 'refused', reason: 'too_old', stock: { max: 2 } });
  });

  it('that comes after a newer one was applied is superseded', async () => {
    const coupon = await world.coupon({ max: 100 });
    const earlier = new Date(Date.now() - 60_000).toISOString();
    expect(await told(await ask(coupon.couponId, 200))).toMatchObject({ name: 'applied' });
    expect(await told(await ask(coupon.couponId, 50, 1, earlier))).toMatchObject({
      name: 'refused',
      reason: 'superseded',
      stock: { max: 200 },
    });
  });

  it('of two owners who saw the same cap, one is applied', async () => {
    const coupon = await world.coupon({ max: 100 });
    const requests = [];
    for (const max of [200, 150])
      requests.push(await ask(coupon.couponId, max, 1, new Date().toISOString(), 100));
    const [first, second] = await Promise.all(requests.map(told));
    expect(first).toMatchObject({ name: 'applied', stock: { max: 200 } });
    expect(second).toMatchObject({ name: 'refused', reason: 'changed', stock: { max: 200 } });
  });

  it('is refused where one person could use it up with the printed code', async () => {
    const coupon = await world.coupon();
    await world.rows(
      `INSERT INTO printed_code (tenant_id, coupon_id, generation, created_by, created_at)
       VALUES ($1, $2, 1, $3, now())`,
      [world.tenantId, coupon.couponId, newId()],
    );
    expect(await told(await ask(coupon.couponId, 100))).toMatchObject({
      name: 'refused',
      reason: 'print_needs_limit',
      stock: { max: null },
    });
  });

  it('is applied, and everybody sells up to it, whatever they had in mind', async () => {
    const coupon = await world.coupon({ max: 2 });
    expect(tally(await redeemAll(coupon, 2))).toEqual({ 201: 2 });
    const other = await world.coupon({ max: 3 });
    expect(tally(await redeemAll(other, 2))).toEqual({ 201: 2 });
    expect(await told(await ask(other.couponId, 6))).toMatchObject({
      name: 'applied',
      stock: { redeemed: 2, max: 6, finished: false },
    });
    expect(tally(await redeemAll(other, 6))).toEqual({ 201: 4, sold_out: 2 });
  });

  it('for less than is redeemed, or of a coupon that is finished, is refused and changes nothing', async () => {
    const coupon = await world.coupon({ max: 4 });
    await redeemAll(coupon, 3);
    const before = await world.countsOf(coupon.couponId);
    expect(await told(await ask(coupon.couponId, 2))).toMatchObject({
      name: 'refused',
      reason: 'below_redeemed',
      stock: { redeemed: 3, max: 4 },
    });
    await redeemAll(coupon, 1);
    expect(await told(await ask(coupon.couponId, 50))).toMatchObject({
      name: 'refused',
      reason: 'finished',
      stock: { redeemed: 4, max: 4, finished: true },
    });
    expect((await world.countsOf(coupon.couponId)).redeemed).toBe(before.redeemed + 1);
  });

  it('for just what is redeemed finishes the coupon at once, and it is told', async () => {
    const coupon = await world.coupon({ max: 9 });
    await redeemAll(coupon, 2);
    expect(await told(await ask(coupon.couponId, 2))).toMatchObject({
      name: 'applied',
      stock: { redeemed: 2, max: 2, finished: true },
    });
    await eventually(() => expect(exhausted.filter(({ key }) => key === coupon.couponId)).toHaveLength(1));
    expect(tally(await redeemAll(coupon, 2))).toEqual({ sold_out: 2 });
  });

  it('is answered once, however often it comes', async () => {
    const coupon = await world.coupon({ max: 9 });
    const requestId = await ask(coupon.couponId, 12, 3);
    const last = await ask(coupon.couponId, 15);
    await told(last);
    expect(toldOf(requestId)).toHaveLength(1);
    const [row] = await world.rows<{ rev: string }>('SELECT rev FROM coupon WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    expect(row?.rev).toBe('3');
  });

  it('waits for a coupon that is not known yet', async () => {
    const couponId = newId();
    const requestId = await ask(couponId, 3);
    await world.coupon({ couponId, max: 2 });
    expect(await told(requestId)).toMatchObject({ name: 'applied', stock: { max: 3 } });
  });

  it('racing redemptions never lets more be sold than any cap that was in force allows', async () => {
    const coupon = await world.coupon({ max: 60 });
    const crowd = redeemAll(coupon, 160);
    const requests: string[] = [];
    for (const cap of [80, 40, null, 50, 100]) requests.push(await ask(coupon.couponId, cap));
    const replies = await crowd;
    const decided = await Promise.all(requests.map((id) => told(id)));
    for (const { name, stock } of decided)
      if (name === 'applied' && stock.max !== null) expect(stock.redeemed).toBeLessThanOrEqual(stock.max);
    const [row] = await world.rows<{ redeemed: string; max: string | null }>(
      'SELECT redeemed, max FROM coupon WHERE coupon_id = $1',
      [coupon.couponId],
    );
    const sold = Number(row?.redeemed);
    const { redemptions, uses } = await world.countsOf(coupon.couponId);
    expect({ redemptions, uses }).toEqual({ redemptions: sold, uses: sold });
    expect(tally(replies)[201]).toBe(sold);
    const caps = decided.map(({ stock }) => stock.max ?? Infinity);
    expect(sold).toBeLessThanOrEqual(Math.max(60, ...caps));
    const last = decided.filter(({ name }) => name === 'applied').at(-1);
    expect(row?.max).toBe(last === undefined ? '60' : (last.stock.max?.toString() ?? null));
  });
});
