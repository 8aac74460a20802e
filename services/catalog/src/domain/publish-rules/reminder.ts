import { durationSeconds } from '#contracts';
import type { CouponRule } from './publish-rule.js';

const DAY_SECONDS = 86_400;

/** D14: there is an expiry to remind of, and a coupon that is valid for less than the reminder's days has no such day. */
export const reminderFitsIn: CouponRule = ({ reminder, endAt, validity }) => {
  if (reminder === null) return [];
  if (endAt === null && validity === null)
    return [{ pointer: '/reminder', message: 'needs an end or a validity: there is nothing to remind of' }];
  const days = reminder.daysBefore;
  if (validity === null || days * DAY_SECONDS < durationSeconds(validity)) return [];
  return [{ pointer: '/reminder/daysBefore', message: 'must be fewer days than the validity has' }];
};
