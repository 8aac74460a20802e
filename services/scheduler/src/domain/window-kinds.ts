import { type Timeframe, windowAt, windows } from '#contracts';
import type { KindRule, Occurrence } from './occurrence.js';

/**
 * A window of an active, recurring coupon opens. One that is over before anybody could be told is left out: nobody could
 * do anything with it. While a coupon is disabled nothing opens; enabled within a window, it opens then.
 */
export const windowOpened: KindRule = {
  fact: 'window-opened',
  of: '',
  rank: 2,
  next({ status, schedule }, { announced, now }) {
    if (status !== 'active' || schedule.recurrence === null) return null;
    const told = announced['window-opened'] ?? -Infinity;
    const window = firstAfter(schedule, told, Math.max(now, told));
    if (window === undefined) return null;
    return { dueAt: window.opensAt, lapsesAt: window.closesAt, data: dataOf(window) };
  },
};

/**
 * The window that was told last closes: at what is its closing now, should the end have been moved. A window that the
 * coupon no longer has (the zone was changed) needs no closing, for readers reckon with the newest coupon.
 */
export const windowClosed: KindRule = {
  fact: 'window-closed',
  of: '',
  // Where windows touch, one closes before the next opens; and the last one before the coupon ends.
  rank: 1,
  next({ status, schedule }, { announced }): Occurrence | null {
    const opened = announced['window-opened'];
    if (opened === undefined || schedule.recurrence === null) return null;
    if (status !== 'active' && status !== 'disabled') return null;
    const window = windowAt(schedule, opened);
    if (window?.from !== opened || window.until === null) return null;
    if (window.until <= (announced['window-closed'] ?? -Infinity)) return null;
    const data = dataOf({ opensAt: opened, closesAt: window.until });
    return { dueAt: window.until, lapsesAt: null, data };
  },
};

interface Opening {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** The first window that ends after `from` and opens after `told`: at most the one after the window that holds `from`. */
function firstAfter(timeframe: Timeframe, told: number, from: number): Opening | undefined {
  for (const { window } of windows(timeframe, from, 2)) {
    if (window === null || window.opensAt === null || window.closesAt === null) continue;
    const opensAt = Date.parse(window.opensAt);
    if (opensAt > told) return { opensAt, closesAt: Date.parse(window.closesAt) };
  }
  return undefined;
}

function dataOf({ opensAt, closesAt }: Opening): Occurrence['data'] {
  return { opensAt: new Date(opensAt).toISOString(), closesAt: new Date(closesAt).toISOString() };
}
