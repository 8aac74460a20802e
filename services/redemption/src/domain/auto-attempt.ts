import { nextBoundary, stretchAt, type Timeframe } from '#contracts';
import {
  type AutoCause,
  type AutoSubject,
  causeOfRefusal,
  cooldownCause,
  windowCause,
} from './auto-cause.js';
import type { Coupon } from './coupon.js';
import type { Person } from './person.js';
import type { Refusal } from './refusal.js';

/**
 * Longer chains of automatic steps (points, automatic coupon, bonus, automatic coupon …) end here. Circles are refused at
 * publication; this is the belt.
 */
export const MOST_HOPS = 8;
/** An attempt that ends so often in a row without an answer is put aside, and tried again as seldom as a blocked one. */
export const MOST_TRIES = 10;

const FIRST_NAP_MS = 10 * 60_000;
const LONGEST_NAP_MS = 24 * 3_600_000;

/** One redemption without a tap that is owed: the nth of its user and coupon. */
export interface AutoAttempt extends AutoSubject {
  readonly tenantId: string;
  readonly nth: number;
  readonly attemptId: string;
  readonly grantId: string;
  /** Automatic steps that led to the grant. */
  readonly hops: number;
  /** How often in a row it was blocked. */
  readonly naps: number;
  /** How often in a row it was begun, this time included, without coming to an answer. */
  readonly tries: number;
  /** Redeemed, up to this cap per user, which was raised since: what is owed is the plan of the next use. */
  readonly atCap: number | null;
}

/** What becomes of an attempt. Instants in milliseconds since 1970. */
export type AutoVerdict =
  /**
   * Redeemed. `next`: when the next use is to be tried, or as soon as a cause clears; null = there is none. `atCap`: as the
   * cap per user is reached; raised, there may be one.
   */
  | {
      readonly kind: 'done';
      readonly next: { readonly at: number; readonly cause: AutoCause | null } | null;
      readonly atCap: number | null;
    }
  /** Tried again at `until`, or as soon as the cause clears. `naps`: how often in a row by then. */
  | {
      readonly kind: 'open';
      readonly cause: AutoCause | null;
      readonly until: number;
      readonly naps: number;
      readonly tries: number;
    }
  /** `atCap`: tried again when that cap per user is raised. */
  | { readonly kind: 'closed'; readonly reason: string; readonly atCap: number | null }
  /** It should never have been: its coupon is redeemed otherwise. */
  | { readonly kind: 'forgotten' };

/** The chances that a decision takes: instants and a number in [0, 1). */
export interface Chance {
  readonly now: number;
  readonly random: number;
}

/**
 * After a refusal by the rules. Whatever passes by time is tried again then; what a fact can clear waits for it, and is
 * tried again now and then in case the fact was missed; anything else ends the attempt.
 */
export function afterRefusal(
  attempt: Pick<AutoAttempt, 'couponId' | 'userId' | 'naps'>,
  refusal: Pick<Refusal, 'code' | 'retryAt'>,
  coupon: Coupon | undefined,
  chance: Chance,
): AutoVerdict {
  if (refusal.code === 'coupon_wrong_type') return { kind: 'forgotten' };
  const cause = causeOfRefusal(refusal, attempt, coupon);
  if (refusal.retryAt !== undefined)
    return { kind: 'open', cause, until: Date.parse(refusal.retryAt), naps: 0, tries: 0 };
  if (cause === null) {
    const atCap = refusal.code === 'user_limit_reached' ? (coupon?.perUserCap ?? null) : null;
    return { kind: 'closed', reason: refusal.code, atCap };
  }
  return blockedBy(cause, attempt.naps, chance);
}

/** Sleeps 10 minutes at first, twice as long each time, a day at most; scattered, as many fall asleep together. */
export function blockedBy(cause: AutoCause, naps: number, { now, random }: Chance): AutoVerdict {
  const longest = Math.min(LONGEST_NAP_MS, FIRST_NAP_MS * 2 ** Math.min(naps, 20));
  return {
    kind: 'open',
    cause,
    until: Math.floor(now + longest * (0.5 + random / 2)),
    naps: naps + 1,
    tries: 0,
  };
}

/** Not decided, as too much was going on: as if it had not been begun. */
export function afterBusy({ naps, tries }: AutoAttempt, { now, random }: Chance): AutoVerdict {
  const until = Math.floor(now + 250 + random * 750);
  return { kind: 'open', cause: null, until, naps, tries: Math.max(0, tries - 1) };
}

/** It failed by itself. A few more times soon; then it is put aside, and never lost. */
export function afterError({ naps, tries }: AutoAttempt, chance: Chance): AutoVerdict {
  if (tries >= MOST_TRIES) return blockedBy('error', naps, chance);
  const until = Math.floor(chance.now + 1_000 * 2 ** Math.min(tries, 8) * (0.5 + chance.random / 2));
  return { kind: 'open', cause: null, until, naps, tries };
}

/** Redeemed; and what may come after it. */
export function afterRedemption(subject: AutoSubject, coupon: Coupon | undefined, used: Used): AutoVerdict {
  const at = coupon === undefined ? null : nextUseAt(coupon, used);
  if (coupon === undefined || at === null)
    return {
      kind: 'done',
      next: null,
      atCap: coupon !== undefined && isAtCap(coupon, used) ? coupon.perUserCap : null,
    };
  const cause = coupon.timeLimitMs === null ? windowCause(subject) : cooldownCause(subject);
  return { kind: 'done', next: { at, cause }, atCap: null };
}

/** Redeemed up to a cap that was raised: the plan that was not made then. A user whose uses were all taken back gets none. */
export function afterCapRaised(
  subject: AutoSubject,
  coupon: Coupon | undefined,
  { uses, lastAt, grant }: Pick<Person, 'uses' | 'lastAt' | 'grant'>,
): AutoVerdict {
  if (lastAt === null) return { kind: 'done', next: null, atCap: null };
  return afterRedemption(subject, coupon, { uses, lastAt, availableAt: grant?.availableAt ?? null });
}

/** The fact that this attempt, or the one planned after it, is to be woken by; null = none. */
export function waitsFor(verdict: AutoVerdict): AutoCause | null {
  const cause =
    verdict.kind === 'done' ? verdict.next?.cause : verdict.kind === 'open' ? verdict.cause : null;
  return cause === undefined || cause === 'error' ? null : cause;
}

/** The cap per user that ended this attempt's chain; null = none did. */
export function endedAtCap(verdict: AutoVerdict): number | null {
  return verdict.kind === 'done' || verdict.kind === 'closed' ? verdict.atCap : null;
}

/** How many automatic steps led here, if the price is paid from points that came `credited` steps deep. */
export function hopsOf({ hops }: Pick<AutoAttempt, 'hops'>, credited: number | undefined): number {
  return credited === undefined ? hops : Math.max(hops, credited + 1);
}

/** What one user has used, the redemption just made included. */
export interface Used {
  readonly uses: number;
  readonly lastAt: number;
  /** Of the grant. */
  readonly availableAt: number | null;
}

/**
 * When a user may use the coupon next: at the end of the cooldown, or when the next window opens after that; without a
 * time limit when the next window opens. null = no more uses, or no such instant while the grant lasts. The coupon's end
 * is left out: it can be moved, and the attempt will be told.
 */
export function nextUseAt(coupon: Coupon, { uses, lastAt, availableAt }: Used): number | null {
  const { timeLimitMs, validityMs } = coupon;
  if (isAtCap(coupon, { uses })) return null;
  const endless = coupon.timeframe && { ...coupon.timeframe, endAt: null };
  const at = timeLimitMs === null ? nextOpening(endless, lastAt) : openFrom(endless, lastAt + timeLimitMs);
  if (at === null) return null;
  const isOver = validityMs !== null && availableAt !== null && at >= availableAt + validityMs;
  return isOver ? null : at;
}

function isAtCap({ perUserCap }: Coupon, { uses }: Pick<Used, 'uses'>): boolean {
  return perUserCap !== null && uses >= perUserCap;
}

function openFrom(timeframe: Timeframe | null, at: number): number | null {
  if (timeframe === null) return at;
  const { open, until } = stretchAt(timeframe, at);
  return open ? at : until;
}

/** Where two windows touch, one opens too. */
function nextOpening(timeframe: Timeframe | null, at: number): number | null {
  if (timeframe === null) return null;
  const boundary = nextBoundary(timeframe, at);
  return boundary === null ? null : openFrom(timeframe, boundary);
}
