import type { CouponView } from '#contracts';
import { type CommandAnswer, ProblemError } from '#platform';

/** A coupon with its version as entity tag, for If-Match of the next action. */
export function couponAnswer(status: number, view: CouponView | null): CommandAnswer<CouponView> {
  if (view === null) throw new ProblemError('coupon_not_found');
  return { status, body: view, headers: { etag: `"${view.version}"` } };
}
