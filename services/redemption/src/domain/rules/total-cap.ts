import { type CouponRule, never } from './rule.js';

/** Behind all that concerns the user, so that a unit is only ever counted against somebody who can take it. */
export const totalCapRule: CouponRule = {
  about: 'coupon',
  name: 'total cap',
  codes: ['sold_out'],
  turnsBy: 'locks',
  check: ({ coupon: { stock } }) =>
    stock.max !== null && stock.redeemed >= stock.max ? never('sold_out') : undefined,
};
