import { Temporal } from './temporal.js';
import { type Day, daysBefore, daysFrom } from './days.js';
import { resolveLocal } from './local-time.js';
import type { Plan, Reckoned, ReckonedWindow, Rule } from './plan.js';
import type { WindowNote } from './window.js';

/**
 * Ends a search: the longest run without a window is seven occurrences (29 February with SKIP, around 2100), and no
 * clock change empties the windows of one rule for forty occurrences in a row.
 */
const DROPPED_IN_A_ROW = 40;

/**
 * A day's window may lie this many days away from it: one to cross midnight, one for a change of the clock by up to a
 * day (a skipped or repeated date).
 */
const REACH = { days: 2 };

/** Every occurrence whose window, cut to [start, end), ends after `at`, in order, with those dropped in between. */
export function* occurrencesFrom(plan: Plan, rule: Rule, at: number): Generator<Reckoned, void> {
  const begin = Math.max(at, plan.start);
  if (begin >= plan.end) return;
  const today = localDate(begin, plan.timeZone);
  const lastDay = plan.end === Infinity ? undefined : localDate(plan.end - 1, plan.timeZone);
  let dropped = 0;
  for (const day of daysFrom(rule.recurrence, today.subtract(REACH))) {
    if (lastDay !== undefined && Temporal.PlainDate.compare(day.place, lastDay.add(REACH)) > 0) return;
    const reckoned = recall(plan, rule, day);
    if ('dropped' in reckoned) {
      if (isWithin(day.place, today, lastDay)) yield reckoned;
      if (++dropped >= DROPPED_IN_A_ROW) return;
      continue;
    }
    dropped = 0;
    if (reckoned.from >= plan.end) return;
    if (reckoned.until > begin) yield cut(reckoned, plan);
  }
}

/** Every window, cut to [start, end), that ends at or before `at`, latest first. */
export function* windowsBefore(plan: Plan, rule: Rule, at: number): Generator<ReckonedWindow, void> {
  if (at <= plan.start) return;
  const today = localDate(Math.min(at, plan.end), plan.timeZone);
  let dropped = 0;
  for (const day of daysBefore(rule.recurrence, today.add(REACH))) {
    const reckoned = recall(plan, rule, day);
    if ('dropped' in reckoned) {
      if (++dropped >= DROPPED_IN_A_ROW) return;
      continue;
    }
    dropped = 0;
    if (reckoned.until <= plan.start) return;
    if (reckoned.from >= plan.end) continue;
    const window = cut(reckoned, plan);
    if (window.until <= at) yield window;
  }
}

const REMEMBERED_DAYS = 100;

function recall(plan: Plan, rule: Rule, day: Day): Reckoned {
  const known = plan.reckoned.get(day.name);
  if (known !== undefined) return known;
  if (plan.reckoned.size >= REMEMBERED_DAYS) plan.reckoned.clear();
  const reckoned = reckon(plan, rule, day);
  plan.reckoned.set(day.name, reckoned);
  return reckoned;
}

/** A day's window by its own local times and by the next window's start, not yet cut to the timeframe. */
function reckon(plan: Plan, rule: Rule, day: Day): Reckoned {
  if (day.date === undefined) return { day: day.name, dropped: 'dropped_missing_day' };
  const closingDate = rule.crossesMidnight ? day.date.add({ days: 1 }) : day.date;
  const opening = resolveLocal(day.date.toPlainDateTime(rule.opensAt), plan.timeZone, 'opening');
  const closing = resolveLocal(closingDate.toPlainDateTime(rule.closesAt), plan.timeZone, 'closing');
  if (closing.at <= opening.at) return { day: day.name, dropped: 'dropped_in_gap' };
  const notes: WindowNote[] = [];
  if (day.onLastDay) notes.push('on_last_day_of_month');
  if (opening.shown !== 'once')
    notes.push(opening.shown === 'gap' ? 'opens_after_gap' : 'opens_at_first_of_two');
  if (closing.shown !== 'once')
    notes.push(closing.shown === 'gap' ? 'closes_at_gap' : 'closes_at_second_of_two');
  const length = closing.at - opening.at;
  if (length !== rule.length)
    notes.push(length < rule.length ? 'shorter_by_clock_change' : 'longer_by_clock_change');
  const next = nextOpening(plan, rule, day.date, closing.at);
  if (next === undefined) return { day: day.name, from: opening.at, until: closing.at, notes };
  return { day: day.name, from: opening.at, until: next, notes: [...notes, 'cut_by_next_window'] };
}

/**
 * Where the next window opens, if it does so before `closing`, in milliseconds since 1970: only in an overlap, where
 * it opens at the earlier instant and this one closes at the later. (That one is never empty, nor opens as early as
 * this one: both would take a gap.)
 */
function nextOpening(plan: Plan, rule: Rule, date: Temporal.PlainDate, closing: number): number | undefined {
  for (const { date: next, place } of daysFrom(rule.recurrence, date.add({ days: 1 }))) {
    if (Temporal.PlainDate.compare(place, date.add(REACH)) > 0) return undefined;
    if (next === undefined) continue;
    const opening = resolveLocal(next.toPlainDateTime(rule.opensAt), plan.timeZone, 'opening');
    return opening.at < closing ? opening.at : undefined;
  }
  return undefined;
}

function cut(window: ReckonedWindow, plan: Plan): ReckonedWindow {
  if (window.from >= plan.start && window.until <= plan.end) return window;
  const notes = [...window.notes];
  if (window.from < plan.start) notes.push('cut_by_start');
  if (window.until > plan.end) notes.push('cut_by_end');
  return {
    day: window.day,
    from: Math.max(window.from, plan.start),
    until: Math.min(window.until, plan.end),
    notes,
  };
}

function isWithin(
  date: Temporal.PlainDate,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate | undefined,
): boolean {
  if (Temporal.PlainDate.compare(date, first) < 0) return false;
  return last === undefined || Temporal.PlainDate.compare(date, last) <= 0;
}

function localDate(at: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
}
