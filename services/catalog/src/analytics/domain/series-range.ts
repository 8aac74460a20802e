import type { SeriesQuery } from '#contracts';
import type { Period } from './periods.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = { hour: 7, day: 30 } as const;
const MOST_DAYS = { hour: 31, day: 400 } as const;
/** Of the first facts there are; before it a range holds nothing. Far ones would only cost. */
const EARLIEST = Date.parse('2020-01-01T00:00:00Z');
const LATEST = Date.parse('2200-01-01T00:00:00Z');

/** A field of the query that cannot be, and what is wrong with it. */
export interface BadRange {
  readonly field: 'from' | 'to';
  readonly message: string;
}

/** What a series is asked for, with what the query left out; milliseconds. */
export function seriesRange({ by, from, to }: SeriesQuery, now: number): Period | BadRange {
  const until = to === undefined ? now : Date.parse(to);
  const since = from === undefined ? until - DEFAULT_DAYS[by] * DAY_MS : Date.parse(from);
  if (until > LATEST) return { field: 'to', message: 'must be before the year 2200' };
  if (since < EARLIEST) return { field: 'from', message: 'must be in 2020 or later' };
  if (since >= until) return { field: 'from', message: 'must be before `to`' };
  if (until - since > MOST_DAYS[by] * DAY_MS)
    return { field: 'from', message: `must be at most ${MOST_DAYS[by]} days before \`to\`, by ${by}` };
  return { from: since, to: until };
}
