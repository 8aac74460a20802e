import type { CouponAvailability } from '#contracts';
import type { Coupon } from './coupon.js';

/**
 * Whether eligibility needs a grant per user. Fixed at publication: from then on redemption asks for grants or does
 * not. A validity runs from the grant, and an automatic redemption starts at it.
 */
export function availabilityOf({ type, validity }: Pick<Coupon, 'type' | 'validity'>): CouponAvailability {
  return type === 'auto' || validity !== null ? 'grant' : 'rule';
}
