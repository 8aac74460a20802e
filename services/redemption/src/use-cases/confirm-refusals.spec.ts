import { describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon, Person } from '../domain/coupon.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import type { CouponFacts, CouponFactsStore } from '../store/coupon-facts.store.js';
import { ConfirmRefusals } from './confirm-refusals.js';

const now = Date.parse('2026-11-22T12:00:00Z');

/** What the caller is told when nothing is stored under its key; undefined = the function decides. */
async function told(over: Partial<Coupon>, person: Person = { following: true, uses: 0 }) {
  const coupon = aKnownCoupon(over);
  const entry: RedeemEntry = {
    tenantId: coupon.tenantId,
    couponId: coupon.couponId,
    userId: newId(),
    reservationId: newId(),
    fingerprint: newId(),
    redemptionId: newId(),
    eventId: newId(),
    correlationId: 'test',
  };
  const known: CouponFacts = {
    now,
    coupons: new Map([[coupon.couponId, coupon]]),
    entries: [{ stored: undefined, person }],
  };
  const facts = { read: async () => known } as unknown as CouponFactsStore;
  const [answer] = await new ConfirmRefusals(facts, new CouponMemory(facts)).run([entry]);
  return answer?.kind === 'refused' ? answer.refusal.code : answer?.kind;
}

describe('a refusal while the same request, sent before, may still be committing', () => {
  it('is left to the function, behind the lock, where time or a follow made it true', async () => {
    expect(await told({ endAt: now - 1_000 })).toBeUndefined();
    expect(await told({}, { following: false, uses: 0 })).toBeUndefined();
  });

  it('is given at once when no such commit can be under way any more', async () => {
    expect(await told({ endAt: now - 60_000 })).toBe('coupon_ended');
  });

  it('is given at once where only a holder of the lock could have made it true', async () => {
    expect(await told({ stock: { redeemed: 1, max: 1, finished: true, revision: 2 } })).toBe('sold_out');
    expect(await told({ status: 'disabled' })).toBe('coupon_disabled');
    expect(await told({ startAt: now + 1_000 })).toBe('coupon_not_started');
  });
});
