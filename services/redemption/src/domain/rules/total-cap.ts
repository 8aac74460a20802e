import type { CouponRule } from './rule.js';

/** Last of all, so that a unit is only ever counted against somebody who can take it. */
export const totalCapRule: CouponRule = {
  about: 'coupon',
  name: 'total cap',
  codes: ['sold_out'],
  check: ({ coupon: { stock } }) =>
    stock.max !== null && stock.redeemed >= stock.max ? 'sold_out' : undefined,
};
