import { Temporal } from 'temporal-polyfill';

/** From inclusive to exclusive, milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const HOUR_MINUTES = 60;

/**
 * The hours or days of a time zone's calendar that hold `from` to `to`, without a gap. A day of a clock change has 23 or
 * 25 hours; an hour in which the clock changes ends there, and one that comes twice is two.
 * @param range milliseconds
 */
export function periodsOf({ from, to }: Period, by: 'hour' | 'day', timeZone: string): Period[] {
  const periods: Period[] = [];
  let begin = beginOf(zoned(from, timeZone), by);
  while (begin.epochMilliseconds < to) {
    const end = endOf(begin, by);
    periods.push({ from: begin.epochMilliseconds, to: end.epochMilliseconds });
    begin = end;
  }
  return periods;
}

function zoned(at: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
}

function beginOf(at: Temporal.ZonedDateTime, by: 'hour' | 'day'): Temporal.ZonedDateTime {
  if (by === 'day') return at.startOfDay();
  const { minute: minutes, second: seconds, millisecond: milliseconds } = at;
  const full = at.subtract({ minutes, seconds, milliseconds });
  // The clock may have changed since the full hour: then the hour begins at the change.
  const change = full.getTimeZoneTransition('next');
  return change !== null && change.epochMilliseconds <= at.epochMilliseconds ? change : full;
}

function endOf(begin: Temporal.ZonedDateTime, by: 'hour' | 'day'): Temporal.ZonedDateTime {
  if (by === 'day') return begin.toPlainDate().add({ days: 1 }).toZonedDateTime(begin.timeZoneId);
  const full = begin.add({ minutes: HOUR_MINUTES - begin.minute });
  const change = begin.getTimeZoneTransition('next');
  return change !== null && change.epochMilliseconds < full.epochMilliseconds ? change : full;
}
