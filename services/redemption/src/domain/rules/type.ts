import type { CouponRule } from './rule.js';

/** A coupon is redeemed by the route of its type only. */
export const typeRule: CouponRule = {
  about: 'coupon',
  name: 'type',
  codes: ['coupon_wrong_type'],
  check: ({ coupon, redeems }) => (coupon.type === redeems ? undefined : 'coupon_wrong_type'),
};
