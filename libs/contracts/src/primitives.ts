import { z } from 'zod';

/** UUIDv7 string (time-ordered, lower case). Every id in this product has this form. */
export const id = z
  .uuid({ version: 'v7', error: 'must be a UUIDv7' })
  .meta({ example: '01980a5e-7c00-7000-8000-000000000001' });

/** RFC 3339 instant in UTC, to the millisecond or finer: `2026-11-22T09:00:00.000Z`. */
export const instant = z.iso
  .datetime({ error: 'must be an RFC 3339 instant in UTC, such as 2026-11-22T09:00:00Z' })
  .meta({ example: '2026-11-22T09:00:00.000Z' });

/** A count or a limit: a whole number that a JSON number carries exactly. */
export const count = z.int().min(0);
export const positiveCount = z.int().min(1);

/** Points and money: whole numbers; a string on the wire, so that they stay exact past 2^53. */
export const points = z
  .string()
  .regex(/^(0|[1-9]\d{0,18})$/, 'must be a whole number of points, as a string');

/** IANA time zone name. */
export const timeZone = z
  .string()
  .refine(isTimeZone, 'must be an IANA time zone name, such as Europe/Zagreb')
  .meta({ example: 'Europe/Zagreb' });

/** Revision of one subject: rises with every change; a fact with a lower one than stored is stale and skipped. */
export const revision = z.int().min(1);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text limited in characters as people see them (grapheme clusters), not in UTF-16 units. */
export function text(limits: { min: number; max: number }) {
  // A grapheme may take many units (a family emoji takes 11), but not without end: the outer bound keeps counting cheap.
  return z
    .string()
    .max(limits.max * 16, `must have at most ${limits.max} characters`)
    .refine((value) => withinGraphemes(value.trim(), limits), {
      error: `must have ${limits.min} to ${limits.max} characters`,
    });
}

function withinGraphemes(value: string, limits: { min: number; max: number }): boolean {
  let seen = 0;
  for (const _ of graphemes.segment(value)) if (++seen > limits.max) return false;
  return seen >= limits.min;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
