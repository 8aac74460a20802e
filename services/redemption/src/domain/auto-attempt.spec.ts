import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Timeframe } from '#contracts';
import { newId } from '#testkit';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import {
  afterBusy,
  afterCapRaised,
  afterError,
  afterRedemption,
  afterRefusal,
  type AutoAttempt,
  blockedBy,
  hopsOf,
  MOST_TRIES,
  nextUseAt,
} from './auto-attempt.js';
import { refusalCodes, type RefusalCode } from './refusal.js';

const now = Date.UTC(2026, 10, 22, 12);
const chance = { now, random: 0.5 };
const minutes = 60_000;
const hours = 3_600_000;
const at = (text: string): number => Date.parse(`2026-11-${text}Z`);

const coupon = aKnownCoupon({
  type: 'auto',
  availability: 'grant',
  partnerId: newId(),
  price: { pointNameId: newId(), amount: 5n, pointName: null },
  bonus: { pointNameId: newId(), amount: 1n, pointName: null },
  units: { resource: 'MB', units: 1 },
});
const attempt: AutoAttempt = {
  tenantId: coupon.tenantId,
  couponId: coupon.couponId,
  userId: newId(),
  nth: 1,
  attemptId: newId(),
  grantId: newId(),
  hops: 0,
  naps: 0,
  tries: 1,
  atCap: null,
};
const { couponId, userId } = attempt;

describe('an attempt that was refused', () => {
  const blockers: Partial<Record<RefusalCode, string>> = {
    coupon_not_found: `coupon/${couponId}`,
    coupon_disabled: `coupon/${couponId}`,
    // Without an opening before the end; the end may be moved.
    coupon_not_started: `coupon/${couponId}`,
    coupon_window_closed: `coupon/${couponId}`,
    cooling_down: `cooldown/${couponId}`,
    channel_inactive: `channel/${coupon.channelId}`,
    partner_suspended: `partner/${coupon.partnerId}`,
    not_available: `grant/${couponId}/${userId}`,
    points_short: `points/${userId}/${coupon.price?.pointNameId}`,
    balance_too_large: `points/${userId}/${coupon.bonus?.pointNameId}`,
    partner_balance_exhausted: `addon/${coupon.partnerId}/MB`,
  };

  it.each(refusalCodes)('for %s waits for what can clear it, else it ends', (code) => {
    const verdict = afterRefusal(attempt, { code }, coupon, chance);
    const cause = blockers[code];
    if (code === 'coupon_wrong_type') expect(verdict).toEqual({ kind: 'forgotten' });
    else if (cause === undefined) expect(verdict).toEqual({ kind: 'closed', reason: code, atCap: null });
    else expect(verdict).toMatchObject({ kind: 'open', cause, naps: 1, tries: 0 });
  });

  it('for the cap per user remembers the cap, which may be raised', () => {
    const verdict = afterRefusal(
      attempt,
      { code: 'user_limit_reached' },
      { ...coupon, perUserCap: 3 },
      chance,
    );
    expect(verdict).toEqual({ kind: 'closed', reason: 'user_limit_reached', atCap: 3 });
  });

  it('waits for the snapshot of a coupon that is not known', () => {
    const verdict = afterRefusal(attempt, { code: 'coupon_not_found' }, undefined, chance);
    expect(verdict).toMatchObject({ kind: 'open', cause: `coupon/${couponId}` });
  });

  it.each([
    ['coupon_not_started', null],
    ['coupon_window_closed', `window/${couponId}`],
  ] as const)('for %s is due when it opens, a window also when its zone moves', (code, cause) => {
    const retryAt = '2026-11-23T09:00:00.000Z';
    expect(afterRefusal({ ...attempt, naps: 7 }, { code, retryAt }, coupon, chance)).toEqual({
      kind: 'open',
      cause,
      until: Date.parse(retryAt),
      naps: 0,
      tries: 0,
    });
  });

  it('while cooling down is due at its end, or when the time limit is edited', () => {
    const retryAt = '2026-11-23T09:00:00.000Z';
    expect(afterRefusal(attempt, { code: 'cooling_down', retryAt }, coupon, chance)).toMatchObject({
      cause: `cooldown/${couponId}`,
      until: Date.parse(retryAt),
    });
  });

  it('sleeps twice as long each time, from 5 to 10 minutes to a day, and wakes scattered', () => {
    const nap = (naps: number, random: number): number => {
      const verdict = blockedBy('error', naps, { now, random });
      return verdict.kind === 'open' ? (verdict.until - now) / minutes : NaN;
    };
    expect([nap(0, 0), nap(0, 0.999_999), nap(1, 0), nap(2, 0)].map(Math.round)).toEqual([5, 10, 10, 20]);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (naps, random) => {
        expect(nap(naps, random)).toBeGreaterThanOrEqual(5);
        expect(nap(naps, random)).toBeLessThanOrEqual(24 * 60);
      }),
    );
  });
});

describe('an attempt without an answer', () => {
  it('that found too much going on comes again within a second, as if it had not begun', () => {
    expect(afterBusy({ ...attempt, naps: 3, tries: 4 }, chance)).toEqual({
      kind: 'open',
      cause: null,
      until: now + 625,
      naps: 3,
      tries: 3,
    });
  });

  it('that fails by itself comes again later and later, and is put aside, not lost, after ten times', () => {
    const verdicts = [1, 5, MOST_TRIES].map((tries) => afterError({ ...attempt, tries }, chance));
    expect(verdicts).toEqual([
      { kind: 'open', cause: null, until: now + 1_500, naps: 0, tries: 1 },
      { kind: 'open', cause: null, until: now + 24_000, naps: 0, tries: 5 },
      { kind: 'open', cause: 'error', until: now + 7.5 * minutes, naps: 1, tries: 0 },
    ]);
  });
});

describe('the next use', () => {
  const daily: Timeframe = {
    startAt: '2026-11-01T00:00:00Z',
    endAt: '2026-11-24T00:00:00Z',
    timeZone: 'UTC',
    recurrence: { kind: 'daily', opensAt: '09:00', closesAt: '17:00' },
  };
  const used = { uses: 1, lastAt: at('22T12:00'), availableAt: at('22T08:00') };
  const next = (over: Parameters<typeof aKnownCoupon>[0], by = {}): string | null => {
    const instant = nextUseAt(aKnownCoupon({ type: 'auto', ...over }), { ...used, ...by });
    return instant === null ? null : new Date(instant).toISOString().slice(8, 16);
  };

  it('is none where neither a window nor a cooldown gives it an instant', () => {
    expect(next({})).toBeNull();
    expect(next({ perUserCap: 3 })).toBeNull();
  });

  it('is none when the cap per user is reached', () => {
    expect(next({ perUserCap: 3, timeLimitMs: hours }, { uses: 2 })).toBe('22T13:00');
    expect(next({ perUserCap: 3, timeLimitMs: hours }, { uses: 3 })).toBeNull();
  });

  it('is at the next window opening, without a time limit', () => {
    expect(next({ timeframe: daily })).toBe('23T09:00');
  });

  it('is at the end of the cooldown where a window is open then, else when the next one opens', () => {
    expect(next({ timeframe: daily, timeLimitMs: 2 * hours })).toBe('22T14:00');
    expect(next({ timeframe: daily, timeLimitMs: 5 * hours })).toBe('23T09:00');
    expect(next({ timeframe: daily, timeLimitMs: 30 * hours })).toBe('24T09:00');
  });

  it('counts an opening where two windows touch', () => {
    const allDay = { ...daily, recurrence: { kind: 'daily', opensAt: '06:00', closesAt: '06:00' } } as const;
    expect(next({ timeframe: allDay })).toBe('23T06:00');
  });

  it('is none after the grant, and does not mind the end, which can be moved', () => {
    expect(next({ timeLimitMs: 24 * hours, validityMs: 28 * hours })).toBeNull();
    expect(next({ timeLimitMs: 24 * hours, validityMs: 28 * hours + 1 })).toBe('23T12:00');
    expect(next({ timeLimitMs: 48 * hours, endAt: at('24T00:00'), timeframe: daily })).toBe('24T12:00');
  });
});

describe('an attempt that was redeemed', () => {
  const used = { uses: 1, lastAt: now, availableAt: now };

  it('plans the next one, which an edited time limit brings forward', () => {
    const limited = { ...coupon, timeLimitMs: hours };
    const next = { at: now + hours, cause: `cooldown/${couponId}` };
    expect(afterRedemption(attempt, limited, used)).toEqual({ kind: 'done', next, atCap: null });
  });

  it('plans none where there is none, or the coupon is gone', () => {
    const ended = { kind: 'done', next: null, atCap: null };
    expect(afterRedemption(attempt, coupon, used)).toEqual(ended);
    expect(afterRedemption(attempt, undefined, used)).toEqual(ended);
  });

  it('up to the cap per user plans none, and says which cap that was', () => {
    const capped = { ...coupon, perUserCap: 1, timeLimitMs: hours };
    expect(afterRedemption(attempt, capped, used)).toEqual({ kind: 'done', next: null, atCap: 1 });
  });

  it('plans what the cap did not allow when it is raised, as of the latest use', () => {
    const raised = { ...coupon, perUserCap: 2, timeLimitMs: hours };
    const person = { uses: 1, lastAt: now, grant: { availableAt: now, revoked: false } };
    const next = { at: now + hours, cause: `cooldown/${couponId}` };
    expect(afterCapRaised(attempt, raised, person)).toEqual({ kind: 'done', next, atCap: null });
    expect(afterCapRaised(attempt, raised, { ...person, uses: 2 })).toMatchObject({ next: null, atCap: 2 });
    const unlimited = { ...raised, perUserCap: null, timeLimitMs: null };
    expect(afterCapRaised(attempt, unlimited, person)).toMatchObject({ next: null, atCap: null });
    expect(afterCapRaised(attempt, raised, { ...person, uses: 0, lastAt: null })).toMatchObject({
      next: null,
    });
  });
});

describe('hops', () => {
  it('are those of the grant, or one more than those of the points that pay', () => {
    expect([hopsOf({ hops: 2 }, undefined), hopsOf({ hops: 2 }, 0), hopsOf({ hops: 2 }, 5)]).toEqual([
      2, 2, 6,
    ]);
  });
});
