import type { CouponRule } from './rule.js';

/** [startAt, endAt) on the deciding clock, whatever the status says. */
export const windowRule: CouponRule = {
  about: 'coupon',
  name: 'window',
  codes: ['coupon_not_started', 'coupon_ended'],
  check: ({ coupon }, now) => {
    if (coupon.startAt !== null && now < coupon.startAt) return 'coupon_not_started';
    if (coupon.endAt !== null && now >= coupon.endAt) return 'coupon_ended';
    return undefined;
  },
};
