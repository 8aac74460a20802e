/** How long until a waiting message is looked at again. All in milliseconds. */

/**
 * While a name is missing: often at first, then ever more rarely: half the time waited so far, between 0.5 s and 10 s.
 */
export function lookAgainForNamesInMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs / 2, FIRST_LOOK_MS), 10_000);
}

/**
 * While the coupon's text is missing: its arrival is what lets the message out. One early look finds a text that came
 * just as the message began to wait; the later ones are for what nobody foresaw: every minute, at last every hour.
 */
export function lookAgainForCouponInMs(waitedMs: number): number {
  if (waitedMs < FIRST_LOOK_MS) return FIRST_LOOK_MS;
  return Math.min(Math.max(waitedMs, 60_000), 3_600_000);
}

const FIRST_LOOK_MS = 500;

/**
 * Looks in vain after which a message is parked, about a day: an operator looks at it; its coupon's text, once it comes,
 * lets it out all the same.
 */
export const ATTEMPT_CAP = 30;
