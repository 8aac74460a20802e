import { z } from 'zod';

/**
 * UUIDv7 string (time-ordered). Every id in this product has this form. Read in either case and lowered at once, so
 * that ids compare as strings the way PostgreSQL compares them.
 */
export const id = z
  .uuid({ version: 'v7', error: saying('must be a UUIDv7') })
  .toLowerCase()
  .meta({ example: '01980a5e-7c00-7000-8000-000000000001' });

/**
 * RFC 3339 instant in UTC, to the second or finer: `2026-11-22T09:00:00.000Z`. Compare as instants, never as strings:
 * precisions differ. Year 0 does not exist in PostgreSQL.
 */
export const instant = z.iso
  .datetime({ error: saying('must be an RFC 3339 instant in UTC, such as 2026-11-22T09:00:00Z') })
  .max(30, 'must have at most nine digits of a second')
  .refine((value) => !value.startsWith('0000'), 'must not be in the year 0')
  .meta({ example: '2026-11-22T09:00:00.000Z' });

/** A count or a limit: a whole number that a JSON number carries exactly. */
export const count = z.int().min(0);
export const positiveCount = z.int().min(1);

const LARGEST_BIGINT = 9_223_372_036_854_775_807n;

/** Points and money: whole numbers; a string on the wire, so that they stay exact past 2^53. */
export const points = z
  .string()
  .regex(/^(0|[1-9]\d{0,18})$/, 'must be a whole number of points, as a string')
  .refine((value) => fitsBigint(value), 'must be at most 9223372036854775807')
  .meta({ example: '250' });

/** An amount that changes hands. */
export const positivePoints = points
  .refine((value) => value !== '0', 'must be at least 1')
  .meta({
    example: '250',
  });

const secondsOf = { minutes: 60, hours: 3_600, days: 86_400 } as const;

/** A stretch of exact time: a day is 24 hours, whatever the calendar says. At most ten years. */
export const duration = z
  .object({
    amount: z.int().min(1),
    unit: z.enum(['minutes', 'hours', 'days']),
  })
  .refine(
    ({ amount, unit }) => amount * secondsOf[unit] <= 3650 * secondsOf.days,
    'must be at most 3650 days',
  );
export type Duration = z.infer<typeof duration>;

export function durationSeconds({ amount, unit }: Duration): number {
  return amount * secondsOf[unit];
}

/** IANA time zone name. */
export const timeZone = z
  .string()
  .refine(isTimeZone, 'must be an IANA time zone name, such as Europe/Zagreb')
  .meta({ example: 'Europe/Zagreb' });

/** Revision of one subject: rises with every change; a fact with a lower one than stored is stale and skipped. */
export const revision = z.int().min(1);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Whatever shows nothing: controls, blanks, marks without a letter, and letters and symbols that are drawn empty. */
const INVISIBLE = /[\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/gu;

/**
 * Text limited in characters as people see them (grapheme clusters), not in UTF-16 units, without the blanks around it. Where it
 * must not be empty, something of it can be seen.
 */
export function text(limits: { min: number; max: number }) {
  // A grapheme may take many code points, which is what zod counts (a kiss of two skin tones takes 10), but not without
  // end: the outer bound keeps counting cheap.
  return z
    .string()
    .max(limits.max * 16, `must have at most ${limits.max} characters`)
    .refine(isStorable, unstorable)
    .trim()
    .refine((value) => withinGraphemes(value, limits) && (limits.min === 0 || isSeen(value)), {
      error: `must have ${limits.min} to ${limits.max} characters`,
    })
    .meta({
      description: `${limits.min} to ${limits.max} characters as people see them (grapheme clusters).`,
    });
}

/** A name or label from another system: kept as it came, bounded in code points. */
export function label(limits: { max: number }) {
  return storableString().min(1).max(limits.max);
}

/** A text of any length that databases take. */
export function storableString() {
  return z.string().refine(isStorable, unstorable);
}

const unstorable = 'must not hold U+0000 or half a surrogate pair';

/** PostgreSQL takes neither in text or jsonb; let through, one such name would fail every consumer that stores it. */
function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

function isSeen(value: string): boolean {
  return value.replace(INVISIBLE, '') !== '';
}

function withinGraphemes(value: string, limits: { min: number; max: number }): boolean {
  let seen = 0;
  for (const _ of graphemes.segment(value)) if (++seen > limits.max) return false;
  return seen >= limits.min;
}

function fitsBigint(value: string): boolean {
  return !/^\d{1,19}$/.test(value) || BigInt(value) <= LARGEST_BIGINT;
}

/** Asking Intl takes tens of microseconds and every coupon snapshot names a zone: the few real names are remembered. */
const knownTimeZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownTimeZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (/^[+-]/.test(name)) return false;
  if (knownTimeZones.size < 1000) knownTimeZones.add(name);
  return true;
}

/** The message for a wrong value; a missing one is left to the reader's own words for "missing". */
function saying(message: string): (issue: { input?: unknown }) => string | undefined {
  return ({ input }) => (input === undefined ? undefined : message);
}
