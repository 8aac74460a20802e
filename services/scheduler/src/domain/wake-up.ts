/** Every so often somebody looks, whatever happens: another replica may have planned or died. Milliseconds. */
export const tickMs = 1_000;

/** How far ahead a look sees: over several ticks, so that a tick that comes late makes nothing else late. Milliseconds. */
export const lookAheadMs = 5_000;

/**
 * How long to sleep until the next look at the due rows: exactly until the next one is due.
 * @param untilNextMs from now to the next due instant by the database's clock, negative if it has passed; null = none
 *   within the look-ahead
 * @returns milliseconds; null = the tick is soon enough
 */
export function sleepMs(untilNextMs: number | null): number | null {
  if (untilNextMs === null || untilNextMs > lookAheadMs) return null;
  // A timer may fire a moment early; rounding up keeps it from waking for nothing.
  return Math.max(0, Math.ceil(untilNextMs));
}

/** First and longest pause before a row whose announcement failed is tried again. Milliseconds. */
const firstRetryMs = 500;
const longestRetryMs = 60_000;

/** A row that failed this often is parked: an operator looks at it; a newer snapshot of its coupon revives it. */
export const attemptCap = 10;

/** Pause after the given attempt (1 = the first) has failed. */
export function retryAfterMs(attempt: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** (attempt - 1));
}
