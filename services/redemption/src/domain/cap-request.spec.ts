import { describe, expect, it } from '@jest/globals';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import { decideCap } from './cap-request.js';

const now = Date.UTC(2026, 10, 22, 12);
const selling = aKnownCoupon({ stock: { redeemed: 4, max: 10, revision: 7 } });

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
    expect(decideCap(selling, max, now)).toEqual({ applied: true, exhausts, stock });
  });

  it('is never set below what is redeemed', () => {
    const { stock } = selling;
    expect(decideCap(selling, 3, now)).toEqual({ applied: false, reason: 'below_redeemed', stock });
  });

  it.each([
    ['sold out', { stock: { redeemed: 10, max: 10, finished: true } }],
    ['archived', { status: 'finished' as const, finishedReason: 'archived' as const }],
    ['past its end, whatever catalog said last', { endAt: now }],
  ])('does not reopen a coupon that is %s', (_, over) => {
    expect(decideCap(aKnownCoupon(over), 99, now)).toMatchObject({ applied: false, reason: 'finished' });
  });

  it('can still be changed while the coupon is scheduled or disabled', () => {
    for (const status of ['scheduled', 'disabled'] as const)
      expect(decideCap({ ...selling, status }, 20, now)).toMatchObject({ applied: true });
  });
});
