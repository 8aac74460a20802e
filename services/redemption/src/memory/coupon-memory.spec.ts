import { describe, expect, it } from '@jest/globals';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { Coupon } from '../domain/coupon.js';
import type { CouponFactsStore } from '../store/coupon-facts.store.js';
import { CouponMemory } from './coupon-memory.js';

function memoryOver(rows: Coupon[]) {
  let reads = 0;
  const store = {
    read: async (tenantId: string, couponIds: readonly string[]) => {
      reads += 1;
      const found = rows.filter((one) => one.tenantId === tenantId && couponIds.includes(one.couponId));
      return { now: 0, coupons: new Map(found.map((one) => [one.couponId, one])), entries: [] };
    },
  } as unknown as CouponFactsStore;
  return { memory: new CouponMemory(store), reads: () => reads };
}

describe('CouponMemory', () => {
  it('loads on demand, once for all who ask at the same time', async () => {
    const coupon = aKnownCoupon();
    const { memory, reads } = memoryOver([coupon]);
    expect(memory.get(coupon.tenantId, coupon.couponId)).toBeUndefined();
    await Promise.all([1, 2, 3].map(() => memory.load(coupon.tenantId, coupon.couponId)));
    expect(reads()).toBe(1);
    expect(memory.get(coupon.tenantId, coupon.couponId)).toEqual(coupon);
  });

  it('asks for all coupons of a tenant that are wanted in the same turn with one query', async () => {
    const coupons = Array.from({ length: 3 }, () => aKnownCoupon({ tenantId: 'one' }));
    const { memory, reads } = memoryOver(coupons);
    const found = await Promise.all(coupons.map(({ couponId }) => memory.load('one', couponId)));
    expect(found).toEqual(coupons);
    expect(reads()).toBe(1);
    expect(memory.loads).toBe(0);
  });

  it('does not keep that there is none: it may be published any moment', async () => {
    const rows: Coupon[] = [];
    const { memory } = memoryOver(rows);
    const coupon = aKnownCoupon();
    expect(await memory.load(coupon.tenantId, coupon.couponId)).toBeUndefined();
    rows.push(coupon);
    expect(await memory.load(coupon.tenantId, coupon.couponId)).toEqual(coupon);
  });

  it('keeps tenants apart', async () => {
    const coupon = aKnownCoupon();
    const { memory } = memoryOver([coupon]);
    await memory.load(coupon.tenantId, coupon.couponId);
    expect(memory.get(aKnownCoupon().tenantId, coupon.couponId)).toBeUndefined();
  });

  it('takes the newer of terms and of stock, each by its own number', () => {
    const { memory } = memoryOver([]);
    const first = aKnownCoupon({ version: 3, status: 'active', stock: { redeemed: 5, revision: 9 } });
    memory.learn(first);
    memory.learn({
      ...first,
      version: 2,
      status: 'disabled',
      stock: { ...first.stock, redeemed: 7, revision: 11 },
    });
    memory.learn({
      ...first,
      version: 4,
      status: 'finished',
      stock: { ...first.stock, redeemed: 1, revision: 2 },
    });
    memory.learnStock(first.tenantId, first.couponId, { ...first.stock, redeemed: 2, revision: 3 });
    expect(memory.get(first.tenantId, first.couponId)).toMatchObject({
      version: 4,
      status: 'finished',
      stock: { redeemed: 7, revision: 11 },
    });
  });

  it('keeps a timeframe’s object as long as the terms are the same: what was reckoned for it is kept with it', () => {
    const { memory } = memoryOver([]);
    const timeframe = () => ({
      startAt: null,
      endAt: null,
      timeZone: 'UTC',
      recurrence: { kind: 'daily' as const, opensAt: '09:00', closesAt: '10:00' },
    });
    const coupon = aKnownCoupon({ timeframe: timeframe() });
    const first = memory.learn(coupon).timeframe;
    expect(memory.learn({ ...coupon, timeframe: timeframe() }).timeframe).toBe(first);
    expect(memory.learn({ ...coupon, version: 2, timeframe: timeframe() }).timeframe).not.toBe(first);
  });

  it('drops the coupon that was not used for longest', () => {
    const { memory } = memoryOver([]);
    const [first, second] = [aKnownCoupon(), aKnownCoupon()];
    memory.learn(first);
    memory.learn(second);
    for (let n = 0; n < 19_998; n += 1) memory.learn({ ...first, couponId: `c${n}` });
    memory.get(first.tenantId, first.couponId);
    memory.learn(aKnownCoupon());
    expect(memory.size).toBe(20_000);
    expect(memory.get(first.tenantId, first.couponId)).toBeDefined();
    expect(memory.get(second.tenantId, second.couponId)).toBeUndefined();
  });
});
