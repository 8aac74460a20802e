import { describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { type Means, stepAt, STEP_MS } from '../domain/means.js';
import { type Person, stranger } from '../domain/person.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import type { CouponFacts, CouponFactsStore } from '../store/coupon-facts.store.js';
import { ConfirmRefusals } from './confirm-refusals.js';

const now = Date.parse('2026-11-22T12:00:00Z');

/** What the caller is told when nothing is stored under its key; undefined = the function decides. */
async function told(
  over: Partial<Coupon>,
  person: Person = { ...stranger, following: true },
  means: Means = { kind: 'button' },
) {
  const coupon = aKnownCoupon(over);
  const entry: RedeemEntry = {
    tenantId: coupon.tenantId,
    couponId: coupon.couponId,
    userId: newId(),
    means,
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
    expect(await told({}, stranger)).toBeUndefined();
    expect(await told({ channelActive: false })).toBeUndefined();
    expect(await told({ partnerActive: false })).toBeUndefined();
    expect(await told({ availability: 'grant' })).toBeUndefined();
  });

  it('is left to the function where an older grant, of which was heard since, made it true', async () => {
    const grant = { availableAt: now - 86_400_000, revoked: false };
    const granted: Partial<Coupon> = { availability: 'grant', validityMs: 3_600_000 };
    expect(await told(granted, { ...stranger, following: true, grant })).toBeUndefined();
  });

  it('is left to the function where the points went elsewhere: they may come back before the commit', async () => {
    const price = { pointNameId: newId(), pointName: 'beans', amount: 10n };
    expect(await told({ audience: 'everyone', price })).toBeUndefined();
  });

  it('is left to the function where a code has just expired, and given at once where it was old before', async () => {
    const partnerId = newId();
    const cashier = { cashierId: newId(), storeId: newId(), partnerId };
    const scanned = (stepsOff: number) =>
      told({ type: 'qr', partnerId }, undefined, {
        kind: 'screen_code',
        step: stepAt(now) + stepsOff,
        cashier,
      });
    expect(now % STEP_MS).toBe(0);
    expect(await scanned(-2)).toBeUndefined();
    expect(await scanned(-3)).toBe('code_expired');
    expect(await scanned(2)).toBe('code_ahead');
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
