import { occurrencesFrom, windowsBefore } from './occurrences.js';
import { type Plan, planOf, type ReckonedWindow, type Rule } from './plan.js';
import type { Timeframe } from './recurrence.js';
import type { Stretch, Window } from './window.js';

// Instants are whole milliseconds since 1970, within the years 1 to 9999. What is asked about one timeframe again and
// again should be asked with the same object: what was reckoned for it is kept with it (and it must not be changed).

/** Whether a coupon is open at `at`: between start and end and, if it recurs, in a window. */
export function isOpen(timeframe: Timeframe, at: number): boolean {
  return stretchAt(timeframe, at).open;
}

/**
 * The longest stretch around `at` in which openness does not change. Windows that touch make one stretch. Costs a
 * comparison while `at` stays in the stretch last asked for, else some dozens of microseconds per window looked at.
 */
export function stretchAt(timeframe: Timeframe, at: number): Stretch {
  const plan = planOf(timeframe);
  const latest = plan.latestStretch;
  if (latest !== undefined && (latest.from ?? -Infinity) <= at && at < (latest.until ?? Infinity))
    return latest;
  const stretch = Object.freeze(reckonStretch(plan, at));
  plan.latestStretch = stretch;
  return stretch;
}

/** The window that holds `at`. */
export function windowAt(timeframe: Timeframe, at: number): Window | undefined {
  const window = currentOrNext(planOf(timeframe), at);
  return window !== undefined && (window.from ?? -Infinity) <= at ? window : undefined;
}

/**
 * The next instant after `at` at which a window opens or closes; null = never again. Where two windows touch it is
 * both, and openness does not change there: for a countdown take `stretchAt(…).until`.
 */
export function nextBoundary(timeframe: Timeframe, at: number): number | null {
  const window = currentOrNext(planOf(timeframe), at);
  if (window === undefined) return null;
  return window.from !== null && window.from > at ? window.from : window.until;
}

/** The window that holds `at`, else the first one after it. */
function currentOrNext(plan: Plan, at: number): Window | undefined {
  if (plan.rule === null) return plan.start < plan.end && at < plan.end ? whole(plan) : undefined;
  const window = firstWindow(plan, plan.rule, at);
  return window && { day: window.day, from: window.from, until: window.until };
}

/** The only window of a timeframe without recurrence. */
export function whole(plan: Plan): Window {
  return { day: null, from: bound(plan.start), until: bound(plan.end) };
}

function reckonStretch(plan: Plan, at: number): Stretch {
  if (plan.start >= plan.end) return { open: false, from: null, until: null };
  if (plan.rule !== null && !plan.rule.unbroken) return recurringStretch(plan, plan.rule, at);
  if (at < plan.start) return { open: false, from: null, until: bound(plan.start) };
  if (at >= plan.end) return { open: false, from: bound(plan.end), until: null };
  return { open: true, from: bound(plan.start), until: bound(plan.end) };
}

function recurringStretch(plan: Plan, rule: Rule, at: number): Stretch {
  const window = firstWindow(plan, rule, at);
  if (window !== undefined && window.from <= at)
    return { open: true, from: openSince(plan, rule, window), until: openUntil(plan, rule, window) };
  const { value: before } = windowsBefore(plan, rule, at).next();
  return { open: false, from: before?.until ?? null, until: window?.from ?? null };
}

// Both walks end: a rule that is not unbroken leaves a day of some month, a weekday or some hours of the day out, so
// that windows touch for two months at most (the 1st to the 30th with SKIP, through February).

function openSince(plan: Plan, rule: Rule, window: ReckonedWindow): number {
  let since = window.from;
  for (const { from, until } of windowsBefore(plan, rule, since)) {
    if (until < since) break;
    since = from;
  }
  return since;
}

function openUntil(plan: Plan, rule: Rule, window: ReckonedWindow): number {
  let open = window.until;
  for (const reckoned of occurrencesFrom(plan, rule, open)) {
    if ('dropped' in reckoned) continue;
    if (reckoned.from > open) break;
    open = reckoned.until;
  }
  return open;
}

function firstWindow(plan: Plan, rule: Rule, at: number): ReckonedWindow | undefined {
  for (const reckoned of occurrencesFrom(plan, rule, at)) if (!('dropped' in reckoned)) return reckoned;
  return undefined;
}

function bound(at: number): number | null {
  return Number.isFinite(at) ? at : null;
}
