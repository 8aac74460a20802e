import { type CouponRule, type Failure, never } from './rule.js';

/** Exhaustion is redemption's own, sticky fact; the rest is what catalog said last. */
export const statusRule: CouponRule = {
  about: 'coupon',
  name: 'status',
  codes: ['sold_out', 'coupon_finished', 'coupon_disabled', 'coupon_not_found'],
  turnsBy: 'locks',
  check: ({ coupon }): Failure | undefined => {
    if (coupon.stock.finished) return never('sold_out');
    switch (coupon.status) {
      case 'finished':
        return never(coupon.finishedReason === 'max_redemptions' ? 'sold_out' : 'coupon_finished');
      case 'disabled':
        return never('coupon_disabled');
      case 'draft':
      case 'pending_approval':
        return never('coupon_not_found');
      // A scheduled coupon whose start has passed is as good as active: a late timer harms nobody (see window.ts).
      case 'scheduled':
      case 'active':
        return undefined;
    }
  },
};
