import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { draftCoupon } from '../../test/sample-coupons.js';
import { circleThrough, toldCircle } from './auto-circle.js';
import type { Coupon } from './coupon.js';
import type { AutoCoupon } from './surroundings.js';

const amountOf = (pointNameId: string) => ({ pointNameId, amount: '1' });

/** A draft of an automatic coupon that takes and gives these points. */
function draft(takes: string | null, gives: string | null, fields: Partial<Coupon> = {}): Coupon {
  return draftCoupon({
    couponId: 'new',
    type: 'auto',
    name: 'New',
    price: takes === null ? null : amountOf(takes),
    bonus: gives === null ? null : amountOf(gives),
    ...fields,
  });
}

function published(couponId: string, takes: string, gives: string): AutoCoupon {
  return { couponId, name: couponId.toUpperCase(), takes, gives };
}

const idsOf = (circle: AutoCoupon[] | undefined) => circle?.map(({ couponId }) => couponId);

describe('circleThrough', () => {
  it('finds two that feed each other', () => {
    expect(idsOf(circleThrough(draft('p', 'q'), [published('a', 'q', 'p')]))).toEqual(['new', 'a']);
  });

  it('finds a long one, and the shortest of several', () => {
    const long = [published('a', 'q', 'r'), published('b', 'r', 's'), published('c', 's', 'p')];
    expect(idsOf(circleThrough(draft('p', 'q'), long))).toEqual(['new', 'a', 'b', 'c']);
    expect(idsOf(circleThrough(draft('p', 'q'), [...long, published('d', 'r', 'p')]))).toEqual([
      'new',
      'a',
      'd',
    ]);
  });

  it('finds one that feeds itself', () => {
    expect(idsOf(circleThrough(draft('p', 'p'), []))).toEqual(['new']);
  });

  it('finds none in a chain, nor where a circle goes on without the coupon', () => {
    expect(circleThrough(draft('p', 'q'), [published('a', 'q', 'r')])).toBeUndefined();
    expect(circleThrough(draft('r', 's'), [published('a', 'q', 'r')])).toBeUndefined();
    const others = [published('a', 'q', 'r'), published('b', 'r', 'q')];
    expect(circleThrough(draft('p', 'q'), others)).toBeUndefined();
  });

  it.each([
    ['is free', draft(null, 'q')],
    ['gives nothing', draft('p', null)],
    ['is not automatic', draft('p', 'q', { type: 'click' })],
  ])('finds none through a coupon that %s', (_, coupon) => {
    expect(circleThrough(coupon, [published('a', 'q', 'p')])).toBeUndefined();
  });

  it('does not count the coupon itself among the others', () => {
    expect(circleThrough(draft('p', 'q'), [published('new', 'q', 'p')])).toBeUndefined();
  });

  it('lets nobody publish a set of coupons that holds a circle, and gives what feeds each other', () => {
    const points = fc.constantFrom('p', 'q', 'r', 's', 't');
    fc.assert(
      fc.property(fc.array(fc.tuple(points, points), { maxLength: 12 }), (wanted) => {
        const inForce: AutoCoupon[] = [];
        wanted.forEach(([takes, gives], index) => {
          const couponId = `c${index}`;
          const circle = circleThrough(draft(takes, gives, { couponId }), inForce);
          if (circle === undefined) inForce.push(published(couponId, takes, gives));
          circle?.forEach((one, at) => {
            expect(one.gives).toBe(circle[(at + 1) % circle.length]?.takes);
          });
        });
        expect(canFeedForEver(inForce)).toBe(false);
        expect(inForce.length > 0 || wanted.every(([takes, gives]) => takes === gives)).toBe(true);
      }),
    );
  });
});

/** By another way: points run dry once every coupon that nothing feeds any more is taken out again and again. */
function canFeedForEver(coupons: readonly AutoCoupon[]): boolean {
  const fed = coupons.filter(({ takes }) => coupons.some(({ gives }) => gives === takes));
  return fed.length === coupons.length ? fed.length > 0 : canFeedForEver(fed);
}

describe('toldCircle', () => {
  it('names every coupon and closes the circle', () => {
    const circle = [published('a', 'p', 'q'), published('b', 'q', 'p')];
    expect(toldCircle(circle)).toBe('"A" (a) gives the points for "B" (b), which gives the points for "A".');
  });
});
