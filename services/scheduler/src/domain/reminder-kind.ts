import { expiriesRemindedAt, nextReminderHour } from '#contracts';
import type { KindRule, PlannedCoupon, PlannedReminder } from './occurrence.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Between an expiry and 10:00 so many days before it, in any zone: a day for where the expiry lies in its day, some hours
 * for clocks that change, and a day for one that a zone skips.
 */
const SPREAD = 2 * DAY;

const endsAtItsEnd = new Set(['scheduled', 'active', 'disabled']);

/**
 * It is 10:00 in zones where users of the coupon may be reminded today (ADR 21): some forty instants of one day, or of every
 * day where grants run out on any. Who is reminded, redemption knows, and whether the coupon can be redeemed: a disabled
 * one is announced, too, so that enabling it at night reminds nobody at night.
 */
export const reminder: KindRule = {
  fact: 'reminder-due',
  of: '',
  rank: 3,
  next(coupon, { announced, now }) {
    const terms = coupon.reminder ?? null;
    if (terms === null || !endsAtItsEnd.has(coupon.status)) return null;
    const useless = now - (terms.daysBefore + 1) * DAY;
    const told = announced['reminder'] ?? Math.max(terms.publishedAt, terms.editedAt - SPREAD);
    const dueAt = nextCohort(coupon, terms, Math.max(told, useless));
    if (dueAt === null) return null;
    // By then whatever was to be reminded of has expired.
    const lapsesAt = dueAt + (terms.daysBefore + 1) * DAY + SPREAD;
    return { dueAt, lapsesAt, data: { couponVersion: terms.version } };
  },
};

/** The first instant after `after` at which it is time to remind somewhere of an expiry that users of the coupon may have. */
function nextCohort({ schedule }: PlannedCoupon, terms: PlannedReminder, after: number): number | null {
  const end = schedule.endAt === null ? Infinity : Date.parse(schedule.endAt);
  if (terms.validityMs === null && end === Infinity) return null;
  const first = terms.validityMs === null ? end : Math.min(end, terms.publishedAt + terms.validityMs);
  const days = terms.daysBefore;
  const latest = end - days * DAY + SPREAD;
  let from = Math.max(after, first - days * DAY - SPREAD);
  while (from <= latest) {
    const { at, timeZones } = nextReminderHour(from);
    for (const zone of timeZones) {
      const expiries = expiriesRemindedAt(at, days, zone);
      if (expiries !== undefined && expiries.from <= end && first < expiries.until) return at;
    }
    from = at;
  }
  return null;
}
