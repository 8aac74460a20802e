import { stretchAt } from '#contracts';
import type { CouponRule } from './rule.js';

/** [startAt, endAt) on the deciding clock, whatever the status says, and within it the windows of the recurrence. */
export const windowRule: CouponRule = {
  about: 'coupon',
  name: 'window',
  codes: ['coupon_not_started', 'coupon_ended', 'coupon_window_closed'],
  turnsBy: 'time',
  check: ({ coupon: { startAt, endAt, timeframe } }, now) => {
    const stretch = timeframe === null ? undefined : stretchAt(timeframe, now);
    if (startAt !== null && now < startAt)
      return { code: 'coupon_not_started', passesAt: stretch === undefined ? startAt : stretch.until };
    if (endAt !== null && now >= endAt) return { code: 'coupon_ended', passesAt: null };
    if (stretch === undefined || stretch.open) return undefined;
    return { code: 'coupon_window_closed', passesAt: stretch.until };
  },
};
