import { describe, expect, it } from '@jest/globals';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { Coupon } from './coupon.js';
import { decide } from './decide.js';
import { looksRefused } from './evaluate.js';
import { type Person, stranger } from './person.js';
import { ruleCodes } from './refusal.js';
import { rules } from './rules/rules.js';

const now = Date.UTC(2026, 10, 22, 12);
const follower: Person = { ...stranger, following: true };
const button = { kind: 'button' } as const;

function codeFor(over: Parameters<typeof aKnownCoupon>[0], person: Person = follower): string {
  const decision = decide({ coupon: aKnownCoupon(over), person }, button, now);
  return decision.accepted ? 'accepted' : decision.refusal.code;
}

describe('decide', () => {
  const cases: [string, string, Parameters<typeof aKnownCoupon>[0], Person?][] = [
    ['an active coupon', 'accepted', {}],
    ['another type', 'coupon_wrong_type', { type: 'auto' }],
    ['a disabled coupon', 'coupon_disabled', { status: 'disabled' }],
    ['an archived coupon', 'coupon_finished', { status: 'finished', finishedReason: 'archived' }],
    ['a coupon finished by its end', 'coupon_finished', { status: 'finished', finishedReason: 'end_date' }],
    [
      'one that catalog knows as exhausted',
      'sold_out',
      { status: 'finished', finishedReason: 'max_redemptions' },
    ],
    [
      'one that redemption knows as exhausted',
      'sold_out',
      { stock: { redeemed: 3, max: 9, finished: true } },
    ],
    ['a draft', 'coupon_not_found', { status: 'draft' }],
    ['a scheduled coupon before its start', 'coupon_not_started', { status: 'scheduled', startAt: now + 1 }],
    ['a scheduled coupon at its start', 'accepted', { status: 'scheduled', startAt: now }],
    ['an active coupon before its start', 'coupon_not_started', { startAt: now + 1 }],
    ['the last millisecond', 'accepted', { endAt: now + 1 }],
    ['the end itself', 'coupon_ended', { endAt: now }],
    ['somebody who does not follow', 'not_a_follower', {}, stranger],
    ['a use below the limit', 'accepted', { perUserCap: 2 }, { ...follower, uses: 1 }],
    ['a use above the limit', 'user_limit_reached', { perUserCap: 2 }, { ...follower, uses: 2 }],
    ['the last unit', 'accepted', { stock: { redeemed: 9, max: 10 } }],
    ['no unit', 'sold_out', { stock: { redeemed: 10, max: 10 } }],
  ];
  // Not it.each: it would hand the missing fourth column over as the test's callback.
  for (const [what, code, over, person] of cases) {
    it(`${what}: ${code}`, () => expect(codeFor(over, person)).toBe(code));
  }

  it('does not know a coupon that is not there', () => {
    const decision = decide({ coupon: undefined, person: follower }, button, now);
    expect(decision).toMatchObject({ accepted: false, refusal: { code: 'coupon_not_found' } });
  });

  it('says what is left after an acceptance, and when the coupon is finished by it', () => {
    const coupon = aKnownCoupon({ stock: { redeemed: 9, max: 10, revision: 4 } });
    expect(decide({ coupon, person: { ...follower, uses: 2 } }, button, now)).toEqual({
      accepted: true,
      userRedemptions: 3,
      partnerUnits: 0,
      stock: { redeemed: 10, max: 10, finished: true, revision: 5 },
    });
  });

  it('says when to come back where there is such an instant', () => {
    const coupon = aKnownCoupon({ startAt: now + 1_000 });
    const decision = decide({ coupon, person: follower }, button, now);
    expect(decision.accepted ? undefined : decision.refusal.retryAt).toBe('2026-11-22T12:00:01.000Z');
  });

  it('tells a stranger about the channel, not about the stock: a unit is counted last', () => {
    const over: Partial<Coupon> = { perUserCap: 1 };
    expect(codeFor({ ...over, stock: { redeemed: 1, max: 1 } }, stranger)).toBe('not_a_follower');
  });
});

describe('looksRefused', () => {
  it('asks the rules that need no user, and no others', () => {
    expect(looksRefused({ coupon: aKnownCoupon(), means: button }, now)).toBe(false);
    expect(looksRefused({ coupon: aKnownCoupon({ status: 'disabled' }), means: button }, now)).toBe(true);
    expect(
      looksRefused({ coupon: aKnownCoupon({ stock: { redeemed: 1, max: 1 } }), means: button }, now),
    ).toBe(true);
  });
});

describe('the rules', () => {
  it('declare every code that they may give, and every code is declared', () => {
    const declared = new Set(rules.flatMap(({ codes }) => codes));
    expect([...ruleCodes].filter((code) => !declared.has(code))).toEqual([]);
  });
});
