import { Temporal } from './temporal.js';
import type { MissingDay, Recurrence } from './recurrence.js';

/** A day that a recurrence names. */
export interface Day {
  /** Undefined where the month is too short and the recurrence says SKIP. */
  readonly date: Temporal.PlainDate | undefined;
  /** Where it stands in the order of days: `date`, or the last day of the month that is too short. */
  readonly place: Temporal.PlainDate;
  /** '2027-02-28'; a missing day keeps its own name, '2027-02-30'. */
  readonly name: string;
  /** LAST_DAY put it there. */
  readonly onLastDay: boolean;
}

/** A day before its date is made, which costs microseconds: counted from the first day of its period. */
interface Slot {
  readonly offset: number;
  readonly onLastDay?: boolean;
  /** Day of the month that the month lacks; `offset` is that of its last day. */
  readonly missing?: number;
}

/** Instants are told with four digits of the year, so calendars begin and end with them. */
const FIRST_YEAR = 1;
const LAST_YEAR = 9999;

const STEP = {
  daily: { days: 1 },
  weekly: { weeks: 1 },
  monthly: { months: 1 },
  yearly: { years: 1 },
} as const;

/** The days of a recurrence from `first` on, that day included, in order. */
export function* daysFrom(recurrence: Recurrence, first: Temporal.PlainDate): Generator<Day, void> {
  let period = periodOf(recurrence, first);
  let least = daysBetween(period, first);
  while (period.year <= LAST_YEAR) {
    for (const slot of slotsIn(recurrence, period)) if (slot.offset >= least) yield dayOf(period, slot);
    period = period.add(STEP[recurrence.kind]);
    least = 0;
  }
}

/** The days of a recurrence before `end`, that day not included, latest first. */
export function* daysBefore(recurrence: Recurrence, end: Temporal.PlainDate): Generator<Day, void> {
  let period = periodOf(recurrence, end);
  let limit = daysBetween(period, end);
  while (period.year >= FIRST_YEAR) {
    for (const slot of slotsIn(recurrence, period).reverse())
      if (slot.offset < limit) yield dayOf(period, slot);
    period = period.subtract(STEP[recurrence.kind]);
    limit = Infinity;
  }
}

/** The first day of the day, week, month or year that holds `date`. */
function periodOf(recurrence: Recurrence, date: Temporal.PlainDate): Temporal.PlainDate {
  switch (recurrence.kind) {
    case 'daily':
      return date;
    case 'weekly':
      return date.subtract({ days: date.dayOfWeek - 1 });
    case 'monthly':
      return date.with({ day: 1 });
    case 'yearly':
      return date.with({ month: 1, day: 1 });
  }
}

function slotsIn(recurrence: Recurrence, period: Temporal.PlainDate): Slot[] {
  switch (recurrence.kind) {
    case 'daily':
      return [{ offset: 0 }];
    case 'weekly':
      return recurrence.weekdays.map((weekday) => ({ offset: weekday - 1 }));
    case 'monthly':
      return slotsOfMonth(period.daysInMonth, recurrence.days, recurrence.missingDay);
    case 'yearly': {
      const month = period.with({ month: recurrence.month });
      return slotsOfMonth(month.daysInMonth, [recurrence.day], recurrence.missingDay).map((slot) => ({
        ...slot,
        offset: slot.offset + month.dayOfYear - 1,
      }));
    }
  }
}

/** Several that fall on the last day are one: under LAST_DAY, the 29th, 30th and 31st of February are the 28th. */
function slotsOfMonth(last: number, days: readonly number[], missingDay: MissingDay): Slot[] {
  const there: Slot[] = days.filter((day) => day <= last).map((day) => ({ offset: day - 1 }));
  const missing = days.filter((day) => day > last);
  if (missing.length === 0) return there;
  if (missingDay === 'SKIP') return [...there, ...missing.map((day) => ({ offset: last - 1, missing: day }))];
  return days.includes(last) ? there : [...there, { offset: last - 1, onLastDay: true }];
}

function dayOf(period: Temporal.PlainDate, { offset, missing, onLastDay = false }: Slot): Day {
  const place = offset === 0 ? period : period.add({ days: offset });
  const name = place.toString();
  if (missing === undefined) return { date: place, place, name, onLastDay };
  return { date: undefined, place, name: `${name.slice(0, -2)}${missing}`, onLastDay };
}

function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: 'days' }).days;
}
