import type { Recurrence, Timeframe } from '../src/timeframe/recurrence.js';
import type { ZoneClock } from './zone-clock.js';

/** `from === until` where nothing is left of the window; `missing` where the month lacks the day. */
export interface Expected {
  readonly day: string;
  /** Midnight of the day in UTC; of the month's last day where it lacks the day. */
  readonly place: number;
  readonly from: number;
  readonly until: number;
  readonly missing: boolean;
}

const DAY = 86_400_000;

/**
 * F3 once more, word by word and with days as numbers, for local days first..last (UTC midnights): what each day that
 * the recurrence names comes to before it is cut to the timeframe.
 */
export function expectedWindows(
  timeframe: Timeframe,
  clock: ZoneClock,
  first: number,
  last: number,
): Expected[] {
  const { recurrence } = timeframe;
  if (recurrence === null) throw new Error('Only a recurrence has windows by the day.');
  const expected: Expected[] = [];
  // Two days more, to cut the last windows by the ones after them.
  for (let day = first; day <= last + 2 * DAY; day += DAY) {
    if (names(recurrence, new Date(day)))
      expected.push({ ...windowOn(day, recurrence, clock), missing: false });
    for (const missing of missingAfter(recurrence, new Date(day)))
      expected.push({ day: missing, place: day, from: day, until: day, missing: true });
  }
  return expected
    .map((window, index) => ({
      ...window,
      until: Math.min(window.until, nextStart(expected.slice(index + 1))),
    }))
    .filter(({ place }) => place <= last);
}

function nextStart(later: Expected[]): number {
  return later.find(({ from, until }) => until > from)?.from ?? Infinity;
}

function names(recurrence: Recurrence, date: Date): boolean {
  const last = daysInMonth(date);
  const falls = (day: number, missingDay: string) =>
    day === date.getUTCDate() || (missingDay === 'LAST_DAY' && day > last && date.getUTCDate() === last);
  switch (recurrence.kind) {
    case 'daily':
      return true;
    case 'weekly':
      return recurrence.weekdays.includes(date.getUTCDay() || 7);
    case 'monthly':
      return recurrence.days.some((day) => falls(day, recurrence.missingDay));
    case 'yearly':
      return date.getUTCMonth() + 1 === recurrence.month && falls(recurrence.day, recurrence.missingDay);
  }
}

/** Names of the days that would follow if `date`, the last of its month, were not the last. */
function missingAfter(recurrence: Recurrence, date: Date): string[] {
  if (recurrence.kind === 'daily' || recurrence.kind === 'weekly' || recurrence.missingDay === 'LAST_DAY')
    return [];
  if (recurrence.kind === 'yearly' && recurrence.month !== date.getUTCMonth() + 1) return [];
  if (date.getUTCDate() !== daysInMonth(date)) return [];
  const days = recurrence.kind === 'yearly' ? [recurrence.day] : recurrence.days;
  const month = date.toISOString().slice(0, 8);
  return days.filter((day) => day > date.getUTCDate()).map((day) => `${month}${day}`);
}

function windowOn(day: number, { opensAt, closesAt }: Recurrence, clock: ZoneClock) {
  const opening = day + minutes(opensAt);
  const closing = (closesAt > opensAt ? day : day + DAY) + minutes(closesAt);
  const from = clock.instantsOf(opening).at(0) ?? clock.afterGap(opening);
  const until = clock.instantsOf(closing).at(-1) ?? clock.afterGap(closing);
  return { day: new Date(day).toISOString().slice(0, 10), place: day, from, until };
}

function minutes(time: string): number {
  return Date.parse(`1970-01-01T${time}:00Z`);
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}
