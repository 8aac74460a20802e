import { occurrencesFrom } from './occurrences.js';
import { whole } from './openness.js';
import { planOf, type Reckoned } from './plan.js';
import type { Timeframe } from './recurrence.js';
import type { Occurrence } from './window.js';

/**
 * The next `n` windows that end after `from` (milliseconds since 1970), the one open then included, for people to
 * read: with notes where a clock change, the calendar or the timeframe itself made one differ, and with the dropped
 * occurrences between them, which do not count. Fewer if there are no more.
 */
export function windows(timeframe: Timeframe, from: number, n: number): Occurrence[] {
  const plan = planOf(timeframe);
  const found: Occurrence[] = [];
  if (plan.rule === null) {
    if (n < 1 || plan.start >= plan.end || from >= plan.end) return found;
    const window = whole(plan);
    return [{ day: null, window: { opensAt: told(window.from), closesAt: told(window.until) }, notes: [] }];
  }
  let left = n;
  for (const reckoned of left < 1 ? [] : occurrencesFrom(plan, plan.rule, from)) {
    found.push(occurrenceOf(reckoned));
    if (!('dropped' in reckoned) && --left === 0) break;
  }
  return found;
}

/** Two months of days, and leap days over a lifetime: every gap that a recurrence has comes up among so many windows. */
const WINDOWS_FOR_GAPS = 62;

/**
 * The longest time between two windows from `from` on, in milliseconds: who is given less may find no window in it.
 * 0 where windows touch, and where there is no second one.
 */
export function longestGap(timeframe: Timeframe, from: number): number {
  const plan = planOf(timeframe);
  if (plan.rule === null) return 0;
  let [longest, latest, left] = [0, Infinity, WINDOWS_FOR_GAPS];
  for (const reckoned of occurrencesFrom(plan, plan.rule, from)) {
    if ('dropped' in reckoned) continue;
    longest = Math.max(longest, reckoned.from - latest);
    latest = reckoned.until;
    if (--left === 0) break;
  }
  return longest;
}

function occurrenceOf(reckoned: Reckoned): Occurrence {
  if ('dropped' in reckoned) return { day: reckoned.day, window: null, notes: [reckoned.dropped] };
  const window = { opensAt: told(reckoned.from), closesAt: told(reckoned.until) };
  return { day: reckoned.day, window, notes: [...reckoned.notes] };
}

/** RFC 3339 in UTC. */
function told(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
