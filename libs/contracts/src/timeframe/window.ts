import { z } from 'zod';
import { instant } from '../primitives.js';

/**
 * One stretch `[from, until)` for which a coupon is open, in milliseconds since 1970. A recurrence has a window per
 * `day` ('2027-03-28', local; a stable name of the occurrence); without one there is a single window and no day.
 */
export interface Window {
  readonly day: string | null;
  /** null = open since ever: neither start nor recurrence. */
  readonly from: number | null;
  /** null = open for ever: neither end nor recurrence. */
  readonly until: number | null;
}

/** The longest stretch `[from, until)` around an instant in which openness does not change; null = unbounded. */
export interface Stretch {
  readonly open: boolean;
  readonly from: number | null;
  readonly until: number | null;
}

/** What made a window differ from what its local times say, or took it away altogether. */
export const windowNote = z
  .enum([
    'opens_after_gap',
    'closes_at_gap',
    'opens_at_first_of_two',
    'closes_at_second_of_two',
    'shorter_by_clock_change',
    'longer_by_clock_change',
    'on_last_day_of_month',
    'cut_by_start',
    'cut_by_end',
    'cut_by_next_window',
    'dropped_missing_day',
    'dropped_in_gap',
  ])
  .describe(
    'opens_after_gap, closes_at_gap: that local time is skipped by a clock change, so the first instant after it counts. ' +
      'opens_at_first_of_two, closes_at_second_of_two: that local time comes twice. ' +
      'shorter_by_clock_change, longer_by_clock_change: in hours that pass. ' +
      'on_last_day_of_month: the month lacks the day asked for. ' +
      'cut_by_…: what ends or starts it earlier or later than its times of day. ' +
      'dropped_missing_day: SKIP. dropped_in_gap: a clock change leaves nothing of it.',
  );
export type WindowNote = z.infer<typeof windowNote>;

/** What one occurrence came to, for people to read: a window, or (`window` null) none and the note that says why. */
export const occurrence = z
  .object({
    day: z
      .string()
      .nullable()
      .describe(
        'Local date, such as 2027-03-28; a dropped one may not exist (2027-02-30). null: no recurrence.',
      )
      .meta({ example: '2027-03-28' }),
    window: z
      .object({
        opensAt: instant.nullable().describe('null = since ever.'),
        closesAt: instant.nullable().describe('The first instant outside; null = open for ever.'),
      })
      .nullable(),
    notes: z.array(windowNote),
  })
  .meta({ id: 'Occurrence' });
export type Occurrence = z.infer<typeof occurrence>;
