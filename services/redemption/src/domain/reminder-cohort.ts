import { expiriesRemindedAt, type ExpirySpan } from '#contracts';
import type { Coupon } from './coupon.js';
import { evaluate } from './evaluate.js';
import type { Person } from './person.js';
import { validUntil } from './wallet-state.js';

/** What a coupon says of its reminder. Instants in milliseconds since 1970. */
export interface ReminderTerms {
  /** The version that said so. */
  readonly version: number;
  /** null = nobody is reminded. */
  readonly daysBefore: number | null;
  /** Since when its end, validity and days stand as they are. */
  readonly since: number;
  /** Of the channel: for users who have told none. */
  readonly timeZone: string;
}

/** The people for whom it was time to be reminded of one coupon at one instant, milliseconds since 1970. */
export interface ReminderCohort {
  readonly dueAt: number;
  /** By zone: of which expiries it was time to remind there. */
  readonly expiries: ReadonlyMap<string, ExpirySpan>;
  /** Grants of the cohort began within `[from, until]`. */
  readonly granted: { readonly from: number; readonly until: number };
}

/**
 * @param timeZones those in which the tenant's users live
 * @returns undefined: nobody is to be reminded; in no zone was it time, or less time is left than the reminder asks for
 */
export function cohortOf(
  coupon: Coupon,
  { daysBefore, since, timeZone }: ReminderTerms,
  timeZones: readonly string[],
  dueAt: number,
): ReminderCohort | undefined {
  if (daysBefore === null || dueAt < since) return undefined;
  const expiries = new Map<string, ExpirySpan>();
  for (const zone of new Set([...timeZones, timeZone])) {
    const span = expiriesRemindedAt(dueAt, daysBefore, zone);
    if (span !== undefined && mayExpireIn(coupon, span)) expiries.set(zone, span);
  }
  if (expiries.size === 0) return undefined;
  return { dueAt, expiries, granted: grantedFor(coupon, [...expiries.values()], dueAt) };
}

/** Somebody as the rules ask, and where. */
export interface ReminderCandidate {
  readonly person: Person;
  readonly timeZone: string;
}

/**
 * Whether this one of the cohort is reminded: the own expiry lies on the cohort's day and still ahead, and nothing but time
 * that passes before it keeps the user from redeeming. Asked of the same rules as a redemption.
 * @returns the expiry, milliseconds since 1970; undefined: not to be reminded
 */
export function remindedOf(
  coupon: Coupon,
  cohort: ReminderCohort,
  { person, timeZone }: ReminderCandidate,
  now: number,
): number | undefined {
  const expiry = validUntil(coupon, person);
  const span = cohort.expiries.get(timeZone);
  if (expiry === null || span === undefined || expiry < span.from || expiry >= span.until) return undefined;
  if (now >= expiry) return undefined;
  const failed = evaluate({ coupon, person, means: null }, now);
  return failed.every(({ passesAt }) => passesAt !== null && passesAt < expiry) ? expiry : undefined;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A reminder goes out 30 days before an expiry at most; the rest is for where the expiry lies in its day, and for zones. */
const USELESS_AFTER = 33 * DAY;
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [1_000, MINUTE];

/**
 * How long a cohort rests whose coupon's version is not known yet. The version wakes it when it comes; this is for one that
 * came in the same moment, and keeps one that never comes cheap.
 * @param waited milliseconds since it was due
 * @returns milliseconds; undefined: whatever it reminds of has expired, so it need not be gone through any more
 */
export function earlyPause(waited: number): number | undefined {
  if (waited > USELESS_AFTER) return undefined;
  return Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, waited / 10));
}

/** Without a validity everybody's expiry is the coupon's end. */
function mayExpireIn({ endAt, validityMs }: Coupon, { from, until }: ExpirySpan): boolean {
  if (endAt !== null && endAt < from) return false;
  return validityMs !== null || (endAt !== null && endAt < until);
}

function grantedFor({ endAt, validityMs }: Coupon, spans: readonly ExpirySpan[], dueAt: number) {
  if (validityMs === null) return { from: -Infinity, until: dueAt };
  const from = Math.min(...spans.map((span) => span.from)) - validityMs;
  const last = Math.max(...spans.map((span) => span.until));
  // Whose validity goes beyond the end expires with the coupon, however late the grant was.
  return { from, until: endAt !== null && endAt < last ? dueAt : Math.min(dueAt, last - validityMs) };
}
