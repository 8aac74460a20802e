import type { CouponAvailability } from '#contracts';
import type { Coupon } from './coupon.js';

/**
 * Whether eligibility needs a grant per user. Fixed at publication: from then on redemption asks for grants or does
 * not. A validity runs from the grant, an automatic redemption starts at it, and who has which level targeting knows.
 */
export function availabilityOf({
  type,
  validity,
  levelIds,
}: Pick<Coupon, 'type' | 'validity' | 'levelIds'>): CouponAvailability {
  return type === 'auto' || validity !== null || levelIds.length > 0 ? 'grant' : 'rule';
}
