import { Temporal } from './temporal.js';
import type { Recurrence, Timeframe } from './recurrence.js';
import type { Stretch, WindowNote } from './window.js';

/** A timeframe made ready to reckon with; milliseconds since 1970, infinite where there is no start or end. */
export interface Plan {
  readonly start: number;
  readonly end: number;
  readonly timeZone: string;
  readonly rule: Rule | null;
  /** The stretch asked for last: nearly every question is about the one that holds now. */
  latestStretch: Stretch | undefined;
  /** By the day's name: one question looks at a day several times, and the next one at its neighbours. */
  readonly reckoned: Map<string, Reckoned>;
}

export interface Rule {
  readonly recurrence: Recurrence;
  readonly opensAt: Temporal.PlainTime;
  readonly closesAt: Temporal.PlainTime;
  readonly crossesMidnight: boolean;
  /** As the clock counts it, in milliseconds; a clock change inside makes the true length another. */
  readonly length: number;
  /** Every window ends where the next one starts, for ever. */
  readonly unbroken: boolean;
}

/** What the recurrence makes of one day: a window `[from, until)` in milliseconds since 1970, or a reason why not. */
export type Reckoned = ReckonedWindow | { readonly day: string; readonly dropped: WindowNote };

export interface ReckonedWindow {
  readonly day: string;
  readonly from: number;
  readonly until: number;
  readonly notes: readonly WindowNote[];
}

const DAY = 86_400_000;
const plans = new WeakMap<Timeframe, Plan>();

/** Kept for as long as the timeframe object lives, which must not be changed after it was first used. */
export function planOf(timeframe: Timeframe): Plan {
  const known = plans.get(timeframe);
  if (known !== undefined) return known;
  const plan = {
    start: timeframe.startAt === null ? -Infinity : milliseconds(timeframe.startAt),
    end: timeframe.endAt === null ? Infinity : milliseconds(timeframe.endAt),
    timeZone: timeframe.timeZone,
    rule: timeframe.recurrence === null ? null : ruleOf(timeframe.recurrence),
    latestStretch: undefined,
    reckoned: new Map<string, Reckoned>(),
  };
  plans.set(timeframe, plan);
  return plan;
}

/** Rounded up: a whole millisecond is at or after the instant exactly if it is at or after this. */
function milliseconds(instant: string): number {
  const { epochMilliseconds, epochNanoseconds } = Temporal.Instant.from(instant);
  return epochNanoseconds % 1_000_000n === 0n ? epochMilliseconds : epochMilliseconds + 1;
}

function ruleOf(recurrence: Recurrence): Rule {
  const opensAt = Temporal.PlainTime.from(recurrence.opensAt);
  const closesAt = Temporal.PlainTime.from(recurrence.closesAt);
  const length = opensAt.until(closesAt).total('milliseconds');
  const crossesMidnight = length <= 0;
  return {
    recurrence,
    opensAt,
    closesAt,
    crossesMidnight,
    length: crossesMidnight ? length + DAY : length,
    unbroken: length === 0 && isEveryDay(recurrence),
  };
}

function isEveryDay(recurrence: Recurrence): boolean {
  switch (recurrence.kind) {
    case 'daily':
      return true;
    case 'weekly':
      return recurrence.weekdays.length === 7;
    case 'monthly':
      return recurrence.days.length === 31;
    case 'yearly':
      return false;
  }
}
