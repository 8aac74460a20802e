import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { couponStatus } from '#contracts';
import { couponIn, draftCoupon, minutes } from '../../test/sample-coupons.js';
import { endDue, exhausted, startDue, zoneMoved } from './facts.js';

describe('a start that is due', () => {
  it('starts a scheduled coupon', () => {
    const coupon = couponIn('scheduled');
    expect(startDue(coupon, minutes(30))).toEqual({ ...coupon, status: 'active', version: 3 });
  });

  it('stands for its own instant: an earlier one than the start changes nothing', () => {
    expect(startDue(couponIn('scheduled'), minutes(29))).toBeUndefined();
  });

  it.each(['draft', 'active', 'disabled', 'finished'] as const)('changes nothing in %s', (status) => {
    expect(startDue(couponIn(status, { startAt: minutes(-1) }), minutes(0))).toBeUndefined();
  });
});

describe("a move of the coupon's channel to another zone", () => {
  it.each(['scheduled', 'active', 'disabled'] as const)('takes along a coupon that is %s', (status) => {
    const coupon = couponIn(status, { timeZone: 'Europe/Zagreb' });
    expect(zoneMoved(coupon, 'Asia/Tokyo')).toEqual({ ...coupon, timeZone: 'Asia/Tokyo', version: 3 });
    expect(zoneMoved(coupon, 'Europe/Zagreb')).toBeUndefined();
  });

  it.each(['draft', 'pending_approval', 'finished'] as const)('changes nothing in %s', (status) => {
    expect(zoneMoved(couponIn(status), 'Asia/Tokyo')).toBeUndefined();
  });
});

describe('an end that is due', () => {
  it.each(['scheduled', 'active', 'disabled'] as const)('finishes a coupon that is %s', (status) => {
    expect(endDue(couponIn(status, { endAt: minutes(60) }), minutes(60))).toMatchObject({
      status: 'finished',
      finishedReason: 'end_date',
      version: 3,
    });
  });

  it('changes nothing when the end was moved later, or taken away', () => {
    expect(endDue(couponIn('active', { endAt: minutes(61) }), minutes(60))).toBeUndefined();
    expect(endDue(couponIn('active', { endAt: null }), minutes(60))).toBeUndefined();
  });

  it('applies when the end was moved earlier', () => {
    expect(endDue(couponIn('active', { endAt: minutes(59) }), minutes(60))).toBeDefined();
  });

  it('keeps the reason of a coupon that had finished before', () => {
    expect(endDue(couponIn('finished', { endAt: minutes(60) }), minutes(60))).toBeUndefined();
  });
});

describe('exhaustion', () => {
  it('finishes what was published, and only once', () => {
    const finished = exhausted(couponIn('active'), minutes(0));
    expect(finished).toMatchObject({ status: 'finished', finishedReason: 'max_redemptions' });
    expect(exhausted(couponIn('finished'), minutes(0))).toBeUndefined();
    expect(exhausted(draftCoupon(), minutes(0))).toBeUndefined();
  });
});

describe('any fact, any number of times', () => {
  const fact = fc.constantFrom(startDue, endDue, exhausted);

  it('changes a coupon at most once: its second publication changes nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...couponStatus.options),
        fact,
        fc.integer({ min: -90, max: 90 }),
        (status, apply, at) => {
          const once = apply(couponIn(status, { endAt: minutes(60) }), minutes(at));
          if (once) expect(apply(once, minutes(at))).toBeUndefined();
        },
      ),
    );
  });
});
