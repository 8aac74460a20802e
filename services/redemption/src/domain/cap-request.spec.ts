import { describe, expect, it } from '@jest/globals';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import { type CapState, type CapWish, decideCap } from './cap-request.js';

const now = Date.UTC(2026, 10, 22, 12);
const selling = aKnownCoupon({ stock: { redeemed: 4, max: 10, revision: 7 } });

const asked = (maxRedemptions: number | null, over: Partial<CapWish> = {}): CapWish => ({
  maxRedemptions,
  requestedAt: new Date(now).toISOString(),
  ...over,
});
const at = (coupon: CapState['coupon'], over: Partial<CapState> = {}): CapState => ({
  coupon,
  isPrinted: false,
  newestAppliedAt: null,
  ...over,
});
const ago = (ms: number) => ({ requestedAt: new Date(now - ms).toISOString() });

describe('decideCap', () => {
  it.each([
    ['raised', 11, { redeemed: 4, max: 11, finished: false, revision: 8 }, false],
    ['lowered', 5, { redeemed: 4, max: 5, finished: false, revision: 8 }, false],
    ['made unlimited', null, { redeemed: 4, max: null, finished: false, revision: 8 }, false],
    [
      'set to what is redeemed, which finishes it',
      4,
      { redeemed: 4, max: 4, finished: true, revision: 8 },
      true,
    ],
  ])('is %s', (_, max, stock, exhausts) => {
    expect(decideCap(at(selling), asked(max), now)).toEqual({ applied: true, exhausts, stock });
  });

  it('is never set below what is redeemed', () => {
    const { stock } = selling;
    expect(decideCap(at(selling), asked(3), now)).toEqual({
      applied: false,
      reason: 'below_redeemed',
      stock,
    });
  });

  it.each([
    ['sold out', { stock: { redeemed: 10, max: 10, finished: true } }],
    ['archived', { status: 'finished' as const, finishedReason: 'archived' as const }],
    ['past its end, whatever catalog said last', { endAt: now }],
  ])('does not reopen a coupon that is %s', (_, over) => {
    expect(decideCap(at(aKnownCoupon(over)), asked(99), now)).toMatchObject({
      applied: false,
      reason: 'finished',
    });
  });

  it('can still be changed while the coupon is scheduled or disabled', () => {
    for (const status of ['scheduled', 'disabled'] as const)
      expect(decideCap(at({ ...selling, status }), asked(20), now)).toMatchObject({ applied: true });
  });

  it('is not overwritten by an older request that comes late', () => {
    const state = at(selling, { newestAppliedAt: now });
    expect(decideCap(state, asked(50, ago(1)), now)).toMatchObject({ reason: 'superseded' });
    expect(decideCap(state, asked(50), now)).toMatchObject({ applied: true });
  });

  it('is not changed by a request of more than a year ago', () => {
    const day = 86_400_000;
    expect(decideCap(at(selling), asked(50, ago(366 * day)), now)).toMatchObject({ reason: 'too_old' });
    expect(decideCap(at(selling), asked(50, ago(364 * day)), now)).toMatchObject({ applied: true });
  });

  it('is changed only where the cap still holds that the owner had seen', () => {
    const unlimited = { ...selling, stock: { ...selling.stock, max: null } };
    expect(decideCap(at(selling), asked(50, { expectedMax: 9 }), now)).toMatchObject({ reason: 'changed' });
    expect(decideCap(at(selling), asked(50, { expectedMax: null }), now)).toMatchObject({
      reason: 'changed',
    });
    expect(decideCap(at(selling), asked(50, { expectedMax: 10 }), now)).toMatchObject({ applied: true });
    expect(decideCap(at(unlimited), asked(50, { expectedMax: null }), now)).toMatchObject({ applied: true });
  });

  it('does not become one that a single person could use up with a printed code', () => {
    const free = { ...selling, stock: { ...selling.stock, max: null }, perUserCap: null, timeLimitMs: null };
    const printed = at(free, { isPrinted: true });
    expect(decideCap(printed, asked(100), now)).toMatchObject({ reason: 'print_needs_limit' });
    expect(decideCap(printed, asked(null), now)).toMatchObject({ applied: true });
    expect(decideCap(at(free), asked(100), now)).toMatchObject({ applied: true });
    for (const limit of [{ perUserCap: 1 }, { timeLimitMs: 1_000 }])
      expect(decideCap(at({ ...free, ...limit }, { isPrinted: true }), asked(100), now)).toMatchObject({
        applied: true,
      });
  });
});
