import { describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { Coupon } from './coupon.js';
import { passRefusal, passValidUntil, printNeedsLimit } from './pass-terms.js';
import { type Person, stranger } from './person.js';

const now = Date.parse('2026-11-22T12:00:00Z');
const day = 86_400_000;
const follower: Person = { ...stranger, following: true };
const aQr = (over: Partial<Omit<Coupon, 'stock'>> & { stock?: Partial<Coupon['stock']> } = {}): Coupon =>
  aKnownCoupon({ type: 'qr', ...over });

describe('passRefusal', () => {
  it('does not mind what may be over when the pass is used', () => {
    const price = { pointNameId: newId(), amount: 5n, pointName: 'coin' };
    const coupon = aQr({ price, timeLimitMs: day, units: { resource: 'MB', units: 7 }, partnerUnits: 0 });
    expect(passRefusal(coupon, { ...follower, uses: 1, lastAt: now - 1 }, now)).toBeUndefined();
  });

  it.each([
    ['not_a_follower', {}, stranger],
    ['coupon_disabled', { status: 'disabled' }, follower],
    ['coupon_not_started', { startAt: now + 1 }, follower],
    ['coupon_ended', { endAt: now }, follower],
    ['user_limit_reached', { perUserCap: 1 }, { ...follower, uses: 1, lastAt: now - day }],
    ['sold_out', { stock: { redeemed: 3, max: 3, finished: true } }, follower],
  ] as const)('says %s', (code, over, person) => {
    expect(passRefusal(aQr(over), person, now)?.refusal.code).toBe(code);
  });
});

describe('passValidUntil', () => {
  const grant = { availableAt: now - day, revoked: false };
  it.each([
    ['30 days', {}, follower, 30 * day],
    ['the end of the coupon', { endAt: now + 5 * day }, follower, 5 * day],
    ['30 days before an end later than that', { endAt: now + 31 * day }, follower, 30 * day],
    ['the end of the grant', { availability: 'grant', validityMs: 3 * day }, { ...follower, grant }, 2 * day],
    [
      'the earlier of both ends',
      { availability: 'grant', validityMs: 3 * day, endAt: now + day },
      { ...follower, grant },
      day,
    ],
    [
      '30 days of a rule coupon, whatever its validity',
      { validityMs: 3 * day },
      { ...follower, grant },
      30 * day,
    ],
  ] as const)('is %s', (_, over, person, left) => {
    expect(passValidUntil(aQr(over), person, now) - now).toBe(left);
  });
});

describe('printNeedsLimit', () => {
  it.each([
    [{}, false],
    [{ stock: { max: 5 } }, true],
    [{ stock: { max: 5 }, perUserCap: 1 }, false],
    [{ stock: { max: 5 }, timeLimitMs: day }, false],
    [{ triggerId: newId() }, true],
    [{ triggerId: newId(), timeLimitMs: day }, false],
  ])('of %j is %p', (over, needed) => {
    expect(printNeedsLimit(aQr(over))).toBe(needed);
  });
});
