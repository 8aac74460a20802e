import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { capacityOf, couponOf, type LoadPlan } from './plan.js';

const plan = (couponIds: string[], spread: LoadPlan['spread']): LoadPlan => ({
  ports: [1],
  connections: 1,
  seconds: 1,
  path: '/',
  couponIds,
  spread,
  keyPrefix: 'k',
});

describe('which coupon a request is for', () => {
  it('is one at a time until every user had their turn', () => {
    const asked = [0, 1, 2, 3, 4, 5].map((request) =>
      couponOf(plan(['a', 'b'], 'one-after-another'), request, 3),
    );
    expect(asked).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  });

  it('is the next one after a shorter turn where one is given', () => {
    const short = { ...plan(['a', 'b'], 'one-after-another'), turn: 2 };
    expect([0, 1, 2, 3].map((request) => couponOf(short, request, 3))).toEqual(['a', 'a', 'b', 'b']);
  });

  it('is all of them at once where they are many', () => {
    const asked = [0, 1, 2, 3].map((request) => couponOf(plan(['a', 'b'], 'all-at-once'), request, 2));
    expect(asked).toEqual(['a', 'b', 'b', 'a']);
  });

  it('never gives a user the same coupon twice within the capacity', () => {
    const spreads = fc.constantFrom('one-after-another' as const, 'all-at-once' as const);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        spreads,
        fc.integer({ min: 1, max: 9 }),
        (coupons, users, spread, length) => {
          const couponIds = Array.from({ length: coupons }, (_, index) => String(index));
          const turn = spread === 'one-after-another' && length <= users ? { turn: length } : {};
          const asked = { ...plan(couponIds, spread), ...turn };
          const capacity = capacityOf(asked, users);
          const pairs = Array.from(
            { length: capacity },
            (_, request) => `${request % users} ${couponOf(asked, request, users)}`,
          );
          expect(new Set(pairs).size).toBe(capacity);
        },
      ),
    );
  });
});
