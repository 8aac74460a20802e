import { Temporal } from './temporal.js';
import { occurrencesFrom } from './occurrences.js';
import { planOf } from './plan.js';
import type { MissingDay, Recurrence, Timeframe } from './recurrence.js';

/**
 * A timeframe as iCalendar (RFC 5545): a DTSTART line with TZID and an RRULE line, for the starts of its windows.
 * DTSTART is the first window that ends after the start and after `from` (milliseconds since 1970), of which the
 * second matters only where there is no start: a rule needs a first instance. Without recurrence the rule has one
 * instance. '' if there is no window at all.
 *
 * SKIP and LAST_DAY are told exactly. What RFC 5545 cannot say: a start in a gap or on a skipped day is left out
 * (3.3.10; some readers move it on by the gap's length), while the window, if any of it remains, opens at the gap's
 * end; a window under way at the timeframe's start has its own start in the rule.
 */
export function toRRule(timeframe: Timeframe, from = 0): string {
  const { recurrence, timeZone } = timeframe;
  const start = firstStart(timeframe, from);
  if (start === undefined) return '';
  const dtstart = `DTSTART;TZID=${timeZone}:${basic(start)}`;
  const parts =
    recurrence === null ? ['FREQ=DAILY', 'COUNT=1'] : [...frequency(recurrence), ...until(timeframe)];
  return `${dtstart}\r\nRRULE:${parts.join(';')}`;
}

/** A DTSTART in a gap would move the whole rule, as readers take it: one that is in none, if it comes soon. */
const STARTS_IN_GAPS = 10;

function firstStart(timeframe: Timeframe, from: number): Temporal.PlainDateTime | undefined {
  const plan = planOf(timeframe);
  if (plan.rule === null) {
    if (plan.start >= plan.end || from >= plan.end) return undefined;
    const start = plan.start === -Infinity ? from : plan.start;
    return Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(plan.timeZone).toPlainDateTime();
  }
  let first: string | undefined;
  let looked = 0;
  for (const reckoned of occurrencesFrom(plan, plan.rule, from)) {
    if ('dropped' in reckoned) continue;
    first ??= reckoned.day;
    if (!reckoned.notes.includes('opens_after_gap')) {
      first = reckoned.day;
      break;
    }
    if (++looked === STARTS_IN_GAPS) break;
  }
  return first === undefined ? undefined : Temporal.PlainDate.from(first).toPlainDateTime(plan.rule.opensAt);
}

function frequency(recurrence: Recurrence): string[] {
  switch (recurrence.kind) {
    case 'daily':
      return ['FREQ=DAILY'];
    case 'weekly':
      return [
        'FREQ=WEEKLY',
        `BYDAY=${recurrence.weekdays.map((weekday) => WEEKDAYS[weekday - 1]).join(',')}`,
      ];
    case 'monthly':
      return ['FREQ=MONTHLY', ...daysOfMonth(recurrence.days, 28, recurrence.missingDay)];
    case 'yearly': {
      const shortest = recurrence.month === 2 ? 28 : 31;
      const days = daysOfMonth([recurrence.day], shortest, recurrence.missingDay);
      return ['FREQ=YEARLY', `BYMONTH=${recurrence.month}`, ...days];
    }
  }
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/**
 * RRULE skips days that a month lacks. LAST_DAY: with the last day (-1) as a stand-in and as many days taken from the
 * front as were asked for, it is taken exactly where one of them is missing. `30,-1;BYSETPOS=1` is the 30th or the
 * last day.
 */
function daysOfMonth(days: readonly number[], shortest: number, missingDay: MissingDay): string[] {
  if (missingDay === 'SKIP' || days.every((day) => day <= shortest)) return [`BYMONTHDAY=${days.join(',')}`];
  if (days.includes(31)) return [`BYMONTHDAY=${[...days.filter((day) => day !== 31), -1].join(',')}`];
  const positions = days.map((_, index) => index + 1);
  return [`BYMONTHDAY=${[...days, -1].join(',')}`, `BYSETPOS=${positions.join(',')}`];
}

/** UNTIL includes its instant, the timeframe's end does not: the last whole second before it. */
function until(timeframe: Timeframe): string[] {
  const { end } = planOf(timeframe);
  if (end === Infinity) return [];
  const last = Temporal.Instant.fromEpochMilliseconds((Math.ceil(end / 1000) - 1) * 1000);
  return [`UNTIL=${basic(last.toZonedDateTimeISO('UTC').toPlainDateTime())}Z`];
}

/** 20270328T023000 */
function basic(local: Temporal.PlainDateTime): string {
  return local.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
}
