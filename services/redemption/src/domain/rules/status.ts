import type { RefusalCode } from '../refusal.js';
import type { CouponRule } from './rule.js';

/** Exhaustion is redemption's own, sticky fact; the rest is what catalog said last. */
export const statusRule: CouponRule = {
  about: 'coupon',
  name: 'status',
  codes: ['sold_out', 'coupon_finished', 'coupon_disabled', 'coupon_not_found'],
  check: ({ coupon }): RefusalCode | undefined => {
    if (coupon.stock.finished) return 'sold_out';
    switch (coupon.status) {
      case 'finished':
        return coupon.finishedReason === 'max_redemptions' ? 'sold_out' : 'coupon_finished';
      case 'disabled':
        return 'coupon_disabled';
      case 'draft':
      case 'pending_approval':
        return 'coupon_not_found';
      // A scheduled coupon whose start has passed is as good as active: a late timer harms nobody (see window.ts).
      case 'scheduled':
      case 'active':
        return undefined;
    }
  },
};
