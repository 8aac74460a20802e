import { Temporal } from './temporal.js';
import { resolveLocal } from './local-time.js';

/** A reminder goes out at this local time, so many calendar days before an expiry (D14). */
const REMINDED_AT = Temporal.PlainTime.from('10:00');

const DAY = 86_400_000;

/** Expiries `[from, until)` in milliseconds since 1970: all instants of one local day. */
export interface ExpirySpan {
  readonly from: number;
  readonly until: number;
}

/**
 * When somebody in that zone is reminded of what expires at `expiry`; milliseconds since 1970. On a day that the zone
 * skips it is the first instant after it.
 */
export function reminderAt(expiry: number, daysBefore: number, timeZone: string): number {
  const day = localDate(expiry, timeZone).subtract({ days: daysBefore });
  return resolveLocal(day.toPlainDateTime(REMINDED_AT), timeZone, 'opening').at;
}

/** The other way round: the expiries of which somebody in that zone is reminded at exactly `at`; none at most instants. */
export function expiriesRemindedAt(at: number, daysBefore: number, timeZone: string): ExpirySpan | undefined {
  const today = localDate(at, timeZone);
  // Yesterday's where a skipped day's reminder moved on to today.
  for (const day of [today, today.subtract({ days: 1 })]) {
    if (resolveLocal(day.toPlainDateTime(REMINDED_AT), timeZone, 'opening').at !== at) continue;
    const span = instantsOf(day.add({ days: daysBefore }), timeZone);
    if (span.from < span.until) return span;
  }
  return undefined;
}

/** Zones in which it is time to remind at `at`. */
export interface ReminderHour {
  readonly at: number;
  readonly timeZones: readonly string[];
}

/**
 * Zones of which one at least has 10:00 at each instant at which some zone has it. The list of the runtime lacks the fixed
 * offsets, and in UTC-12 lives nobody else.
 */
const zonesOfTheWorld: readonly string[] = [
  ...Intl.supportedValuesOf('timeZone'),
  ...Array.from({ length: 27 }, (_, nth) => nth - 12).map(
    (ahead) => `Etc/GMT${ahead < 0 ? '+' : '-'}${Math.abs(ahead)}`,
  ),
];

const REMEMBERED_DAYS = 8;
const hoursByDay = new Map<number, readonly ReminderHour[]>();

/** The first instant after `after` at which it is time to remind in some zone of the world, with those zones. */
export function nextReminderHour(after: number): ReminderHour {
  for (let day = Math.floor(after / DAY); ; day += 1) {
    const next = reminderHours(day).find(({ at }) => at > after);
    if (next !== undefined) return next;
  }
}

/** Of one day in UTC, counted since 1970: some forty instants, in order. */
function reminderHours(day: number): readonly ReminderHour[] {
  const known = hoursByDay.get(day);
  if (known !== undefined) return known;
  const zonesAt = new Map<number, string[]>();
  for (const zone of zonesOfTheWorld) {
    for (const at of reminderHoursIn(zone, day)) zonesAt.set(at, [...(zonesAt.get(at) ?? []), zone]);
  }
  const hours = [...zonesAt].map(([at, timeZones]) => ({ at, timeZones })).sort((a, b) => a.at - b.at);
  if (hoursByDay.size >= REMEMBERED_DAYS) hoursByDay.clear();
  hoursByDay.set(day, hours);
  return hours;
}

/** Two where a local day that is skipped is reminded of in the next one, none where a day in UTC holds no such hour. */
function reminderHoursIn(timeZone: string, day: number): number[] {
  const first = localDate(day * DAY, timeZone).subtract({ days: 1 });
  const instants = [0, 1, 2, 3].map(
    (days) => resolveLocal(first.add({ days }).toPlainDateTime(REMINDED_AT), timeZone, 'opening').at,
  );
  return [...new Set(instants)].filter((at) => at >= day * DAY && at < (day + 1) * DAY);
}

/** Empty on a day that the zone skips. */
function instantsOf(date: Temporal.PlainDate, timeZone: string): ExpirySpan {
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime({ timeZone }).epochMilliseconds;
  return { from: startOf(date), until: startOf(date.add({ days: 1 })) };
}

function localDate(at: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
}
