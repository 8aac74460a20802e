import type { Coupon } from './coupon.js';
import { statusAt } from './life-cycle.js';
import { accept, type Decision, refuse } from './refusal.js';

/**
 * Whether redemption is asked at all (D8). While a coupon is out, redemption owns its cap; before, it is a field of
 * the draft; afterwards nothing can change any more.
 */
export function capMayBeAskedFor(coupon: Coupon, now: Date): Decision<Coupon> {
  const status = statusAt(coupon, now);
  if (status === 'scheduled' || status === 'active' || status === 'disabled') return accept(coupon);
  const instead = status === 'draft' ? ' Edit the draft instead.' : '';
  return refuse({
    code: 'wrong_state',
    detail: `Cannot ask for another cap: the coupon is ${status}.${instead}`,
  });
}
