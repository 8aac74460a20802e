import type { Coupon } from './coupon.js';
import { isOut, move } from './life-cycle.js';

/**
 * What the facts of other services do to a coupon. Each returns the coupon one version on, or undefined when
 * the fact changes nothing: it is late, doubled, or stands for an instant that the coupon no longer has.
 */

/** The start has come, if the coupon's start is still at or before the instant that the fact stands for. */
export function startDue(coupon: Coupon, dueAt: Date): Coupon | undefined {
  return coupon.startAt !== null && coupon.startAt <= dueAt ? moved(coupon, 'start', dueAt) : undefined;
}

/** The end has come, if the coupon's end is still at or before the instant that the fact stands for. */
export function endDue(coupon: Coupon, dueAt: Date): Coupon | undefined {
  return coupon.endAt !== null && coupon.endAt <= dueAt ? moved(coupon, 'end', dueAt) : undefined;
}

/** Redemption has sold the last one. */
export function exhausted(coupon: Coupon, at: Date): Coupon | undefined {
  return moved(coupon, 'exhaust', at);
}

/** Its channel lives in this zone now: times of day that are published stay what they say, and are read there (F3). */
export function zoneMoved(coupon: Coupon, timeZone: string): Coupon | undefined {
  if (!isOut(coupon.status) || coupon.timeZone === timeZone) return undefined;
  return { ...coupon, timeZone, version: coupon.version + 1 };
}

function moved(coupon: Coupon, by: 'start' | 'end' | 'exhaust', at: Date): Coupon | undefined {
  const next = move(coupon, by, at);
  return next === 'removed' ? undefined : next;
}
