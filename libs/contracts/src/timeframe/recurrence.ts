import { z } from 'zod';
import { instant, timeZone } from '../primitives.js';

/** Local time of day to the minute. There is no 24:00: the end of a day is the next day's 00:00. */
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day from 00:00 to 23:59, such as 09:30')
  .meta({ example: '09:30' });

/** What happens to days 29 to 31 where a month is shorter: no window, or one on the month's last day. */
export const missingDay = z.enum(['SKIP', 'LAST_DAY']);
export type MissingDay = z.infer<typeof missingDay>;

const timesOfDay = {
  opensAt: timeOfDay,
  closesAt: timeOfDay.describe(
    'At or before `opensAt`: the window crosses midnight and lasts until this time on the next calendar day.',
  ),
};

const daily = z.object({ kind: z.literal('daily'), ...timesOfDay });

const weekly = z.object({
  kind: z.literal('weekly'),
  weekdays: distinctDays(z.int().min(1).max(7), 7).describe('ISO weekdays: 1 is Monday, 7 is Sunday.'),
  ...timesOfDay,
});

const monthly = z.object({
  kind: z.literal('monthly'),
  days: distinctDays(z.int().min(1).max(31), 31).describe('Days of the month.'),
  missingDay,
  ...timesOfDay,
});

const yearly = z
  .object({
    kind: z.literal('yearly'),
    month: z.int().min(1).max(12),
    day: z.int().min(1).max(31),
    missingDay,
    ...timesOfDay,
  })
  .refine(({ month, day }) => day <= longest(month), {
    path: ['day'],
    error: 'must be a day that the month has in at least some years: 31 June never comes, 29 February does',
  });

/**
 * When a coupon opens again and again, in local time of the timeframe's zone. Every field is required, so a misspelt
 * one is told as missing although unknown fields are tolerated. Lists come out sorted.
 */
export const recurrence = z.discriminatedUnion('kind', [daily, weekly, monthly, yearly], {
  error: wrongKind,
});
export type Recurrence = z.output<typeof recurrence>;

/** As a client writes it: what is of another kind, weekdays of a daily one, is an error and no wish to forget. */
export const writtenRecurrence = z.discriminatedUnion(
  'kind',
  [daily.strict(), weekly.strict(), monthly.strict(), yearly.strict()],
  { error: wrongKind },
);

/**
 * When a coupon is open: between start and end, and there only in the windows of its recurrence. That the end lies
 * after the start is a rule for drafts; here it may lie anywhere, and a timeframe that is empty is never open.
 */
export const timeframe = z.object({
  startAt: instant.nullable().describe('null = from publication on.'),
  endAt: instant.nullable().describe('null = no end. The first instant that is outside.'),
  timeZone: timeZone.describe("The channel's zone, in which the recurrence is read."),
  recurrence: recurrence.nullable().describe('null = open all the time between start and end.'),
});
export type Timeframe = z.output<typeof timeframe>;

function distinctDays(day: z.ZodInt, max: number) {
  return z
    .array(day)
    .min(1, 'must name at least one day')
    .max(max)
    .refine((days) => new Set(days).size === days.length, 'must not name a day twice')
    .overwrite((days) => [...days].sort((a, b) => a - b));
}

function wrongKind({ code }: { code: string }): string | undefined {
  return code === 'invalid_union' ? 'must be daily, weekly, monthly or yearly' : undefined;
}

/** In days, in a leap year. */
function longest(month: number): number {
  return month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31;
}
