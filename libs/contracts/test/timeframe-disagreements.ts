import { isOpen, nextBoundary, stretchAt, windowAt } from '../src/timeframe/openness.js';
import type { Timeframe } from '../src/timeframe/recurrence.js';
import type { Occurrence, Stretch } from '../src/timeframe/window.js';
import { windows } from '../src/timeframe/windows.js';
import { type Expected, expectedWindows } from './expected-windows.js';
import type { ZoneClock } from './zone-clock.js';

const DAY = 86_400_000;

/**
 * Everything in which the functions on a timeframe differ from what `Intl` and plain numbers say, for local days
 * first..last (UTC midnights): each window, each reason, and openness at and 1 ms around each boundary and at `probes`.
 */
export function disagreements(
  timeframe: Timeframe,
  clock: ZoneClock,
  { first, last, probes = [] }: { first: number; last: number; probes?: readonly number[] },
): string[] {
  // Days around, whose windows reach into those looked at.
  const expected = cutAll(
    expectedWindows(timeframe, clock, first - 3 * DAY, last + 3 * DAY),
    timeframe,
    clock,
  );
  const looked = expected.filter(({ place }) => place >= first && place <= last);
  const open = expected.filter(({ from, until }) => from < until);
  const boundaries = looked
    .filter(({ from, until }) => from < until)
    .flatMap(({ from, until }) => [from - 1, from, from + 1, until - 1, until, until + 1]);
  const points = [...boundaries, ...probes];
  return [
    ...listDisagreements(timeframe, looked),
    ...points.flatMap((at) => windowDisagreements(timeframe, open, at)),
    ...points.flatMap((at) => stretchDisagreements(timeframe, merged(open), at)),
    // An object that nobody has asked before, whose answer comes from no memory.
    ...probes.flatMap((at) => stretchDisagreements({ ...timeframe }, merged(open), at)),
  ];
}

function cutAll(expected: Expected[], timeframe: Timeframe, clock: ZoneClock): Expected[] {
  const start = timeframe.startAt === null ? -Infinity : Date.parse(timeframe.startAt);
  const end = timeframe.endAt === null ? Infinity : Date.parse(timeframe.endAt);
  const after = expected.findIndex(({ from, until }) => from < until && from >= end);
  return expected.slice(0, after < 0 ? undefined : after).flatMap((one) => {
    if (one.from === one.until) return end === Infinity || one.place <= clock.localAt(end - 1) ? [one] : [];
    const [from, until] = [Math.max(one.from, start), Math.min(one.until, end)];
    return from < until ? [{ ...one, from, until }] : [];
  });
}

/** Touching windows as one. */
function merged(open: Expected[]): { from: number; until: number }[] {
  const stretches: { from: number; until: number }[] = [];
  for (const { from, until } of open) {
    const latest = stretches.at(-1);
    if (latest?.until === from) latest.until = until;
    else stretches.push({ from, until });
  }
  return stretches;
}

/** The list from the first window on: each window and each reason, in order. */
function listDisagreements(timeframe: Timeframe, looked: Expected[]): string[] {
  const wanted = looked.slice(looked.findIndex(({ from, until }) => from < until));
  if (wanted[0] === undefined || wanted[0].from === wanted[0].until) return [];
  const listed = windows(timeframe, wanted[0].from, wanted.length).map(spelled);
  return wanted
    .map(({ day, from, until }) => (from < until ? `${day} ${from}..${until}` : `${day} dropped`))
    .flatMap((one, index) => (one === listed[index] ? [] : [`${one}, but listed ${listed[index]}`]));
}

function spelled({ day, window, notes }: Occurrence): string {
  if (window !== null)
    return `${day} ${Date.parse(window.opensAt ?? '')}..${Date.parse(window.closesAt ?? '')}`;
  return `${day} ${notes.length === 1 && notes[0]?.startsWith('dropped_') ? 'dropped' : `with ${notes.join()}`}`;
}

function windowDisagreements(timeframe: Timeframe, open: Expected[], at: number): string[] {
  const wanted = open.find(({ from, until }) => from <= at && at < until);
  const found = windowAt(timeframe, at);
  const next = open.flatMap(({ from, until }) => [from, until]).find((boundary) => boundary > at);
  return told(at, {
    windowAt: found?.day === wanted?.day && found?.from === wanted?.from && found?.until === wanted?.until,
    nextBoundary: next === undefined || nextBoundary(timeframe, at) === next,
  });
}

/** An edge is known where there is a window on its other side. */
function stretchDisagreements(
  timeframe: Timeframe,
  open: { from: number; until: number }[],
  at: number,
): string[] {
  const now = open.find(({ from, until }) => from <= at && at < until);
  const before = open.findLast(({ until }) => until <= at);
  const after = open.find(({ from }) => from > at);
  const from = now === undefined ? before?.until : before && now.from;
  const until = now === undefined ? after?.from : after && now.until;
  const agrees = (stretch: Stretch) =>
    stretch.open === (now !== undefined) &&
    (from === undefined ? (stretch.from ?? -Infinity) <= (now?.from ?? at) : stretch.from === from) &&
    (until === undefined ? (stretch.until ?? Infinity) >= (now?.until ?? at + 1) : stretch.until === until);
  return told(at, {
    isOpen: isOpen(timeframe, at) === (now !== undefined),
    stretchAt: agrees(stretchAt(timeframe, at)),
  });
}

function told(at: number, agreements: Record<string, boolean>): string[] {
  return Object.entries(agreements).flatMap(([what, agrees]) =>
    agrees ? [] : [`${what} at ${new Date(at).toISOString()}`],
  );
}
