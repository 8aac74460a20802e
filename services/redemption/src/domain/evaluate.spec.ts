import { describe, expect, it } from '@jest/globals';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import { evaluate, refusalWith } from './evaluate.js';
import type { Means } from './means.js';
import { stranger } from './person.js';

const now = Date.UTC(2026, 10, 22, 12);
const coin = { pointNameId: 'coin', amount: 100n, pointName: 'coin' };
const failed = (...given: Parameters<typeof evaluate>) =>
  evaluate(...given).map(({ refusal, passesAt }) => [refusal.code, passesAt]);

describe('evaluate', () => {
  it('names every rule that fails, in the order of the rules, each with its own instant', () => {
    const coupon = aKnownCoupon({
      status: 'disabled',
      startAt: now + 1_000,
      perUserCap: 1,
      timeLimitMs: 60_000,
      price: coin,
      stock: { redeemed: 5, max: 5 },
    });
    const person = { ...stranger, uses: 1, lastAt: now - 20_000, balance: 30n };
    expect(failed({ coupon, person, means: null }, now)).toEqual([
      ['coupon_disabled', null],
      ['coupon_not_started', now + 1_000],
      ['not_a_follower', null],
      ['user_limit_reached', null],
      ['cooling_down', now + 40_000],
      ['points_short', null],
      ['sold_out', null],
    ]);
  });

  it('finds nothing wrong with who may redeem', () => {
    const person = { ...stranger, following: true };
    expect(evaluate({ coupon: aKnownCoupon(), person, means: { kind: 'button' } }, now)).toEqual([]);
  });

  it('says when the window opens next, and that it never does', () => {
    const daily = (endAt: string | null) =>
      aKnownCoupon({
        audience: 'everyone',
        timeframe: {
          startAt: null,
          endAt,
          timeZone: 'Europe/Zagreb',
          recurrence: { kind: 'daily', opensAt: '14:00', closesAt: '15:00' },
        },
      });
    const at = { person: stranger, means: null };
    expect(failed({ ...at, coupon: daily(null) }, now)).toEqual([
      ['coupon_window_closed', Date.UTC(2026, 10, 22, 13)],
    ]);
    expect(failed({ ...at, coupon: daily('2026-11-22T12:30:00Z') }, now)).toEqual([
      ['coupon_window_closed', null],
    ]);
    expect(evaluate({ ...at, coupon: daily(null) }, now + 3_600_000)).toEqual([]);
  });

  it('of a coupon that starts while its window is closed says when it first opens', () => {
    const startAt = now + 3 * 3_600_000;
    const coupon = aKnownCoupon({
      startAt,
      audience: 'everyone',
      timeframe: {
        startAt: new Date(startAt).toISOString(),
        endAt: null,
        timeZone: 'UTC',
        recurrence: { kind: 'daily', opensAt: '20:00', closesAt: '21:00' },
      },
    });
    expect(failed({ coupon, person: stranger, means: null }, now)).toEqual([
      ['coupon_not_started', Date.UTC(2026, 10, 22, 20)],
    ]);
  });

  it('asks about code and cashier only where one is named', () => {
    const coupon = aKnownCoupon({ type: 'qr', partnerId: 'p', audience: 'everyone' });
    const cashier = { cashierId: 'c', storeId: 's', partnerId: 'other' };
    const means: Means = { kind: 'pass', step: 0, deviceTag: 1, cashier };
    expect(evaluate({ coupon, person: stranger, means: null }, now)).toEqual([]);
    expect(failed({ coupon, person: stranger, means }, now)).toEqual([
      ['other_partner', null],
      ['code_expired', null],
      ['pass_expired', null],
    ]);
  });
});

describe('the words', () => {
  it('say how many points are missing, and of what', () => {
    const coupon = aKnownCoupon({ price: coin });
    const person = { ...stranger, following: true, balance: 30n };
    const [short] = evaluate({ coupon, person, means: null }, now);
    expect(short?.refusal).toEqual({
      code: 'points_short',
      detail: 'It costs 100 coin; the user lacks 70 of them.',
      pointsMissing: '70',
    });
  });

  it('say how a coupon of another type is redeemed', () => {
    const facts = {
      coupon: aKnownCoupon({ type: 'qr' }),
      person: stranger,
      means: { kind: 'button' } as const,
    };
    expect(evaluate(facts, now)[0]?.refusal.detail).toMatch(/code/);
    const auto = { ...facts, coupon: aKnownCoupon({ type: 'auto' }) };
    expect(evaluate(auto, now)[0]?.refusal.detail).toMatch(/by itself/);
  });

  it('for a code of the database come from what it saw, and plainly where that says nothing of it', () => {
    const coupon = aKnownCoupon({ timeLimitMs: 60_000 });
    const person = { ...stranger, following: true, uses: 1, lastAt: now };
    const facts = { coupon, person, means: { kind: 'button' } as const };
    expect(refusalWith('cooling_down', facts, now).retryAt).toBe('2026-11-22T12:01:00.000Z');
    expect(refusalWith('partner_balance_exhausted', facts, now)).toEqual({
      code: 'partner_balance_exhausted',
      detail: 'The account does not hold enough units.',
    });
    expect(refusalWith('sold_out', undefined, now).code).toBe('sold_out');
  });
});
