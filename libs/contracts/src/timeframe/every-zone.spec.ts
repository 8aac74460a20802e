import { describe, expect, it } from '@jest/globals';
import { Temporal } from './temporal.js';
import { disagreements } from '../../test/timeframe-disagreements.js';
import { ZoneClock } from '../../test/zone-clock.js';
import type { Recurrence, Timeframe } from './recurrence.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const span = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2041, 0, 1) };
const zones = Intl.supportedValuesOf('timeZone');
const clocks = zones.map((zone) => new ZoneClock(zone, span));

/** One of each set of zones that keep the same time from 2020 to 2040. */
const kinds = [...new Map(clocks.map((clock) => [clock.fingerprint, clock])).values()];

describe('Every time zone from 2020 to 2040', () => {
  it('changes its clocks when Temporal says so', () => {
    expect(zones.length).toBeGreaterThan(400);
    const differing = clocks.filter(
      (clock) => transitionsByTemporal(clock.timeZone).join() !== clock.transitions.join(),
    );
    expect(differing.map(({ timeZone }) => timeZone)).toEqual([]);
  });

  it('has the windows, and the reasons for none, that Intl says within two days of each change of its clocks', () => {
    const changes = kinds.flatMap((clock) => clock.transitions.map((change) => ({ clock, change })));
    expect(changes.length).toBeGreaterThan(1000);
    const wrong = changes.flatMap(({ clock, change }, index) => around(clock, change, index));
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});

function around(clock: ZoneClock, change: number, index: number): string[] {
  const day = Math.floor(clock.localAt(change - 1) / DAY) * DAY;
  const probes = [change - 1, change, change + 1];
  return recurrencesAround(clock, change, index).flatMap((recurrence) => {
    const timeframe: Timeframe = { startAt: null, endAt: null, timeZone: clock.timeZone, recurrence };
    const wrong = disagreements(timeframe, clock, { first: day - 2 * DAY, last: day + 2 * DAY, probes });
    return wrong.map((what) => `${clock.timeZone} ${JSON.stringify(recurrence)}: ${what}`);
  });
}

/** Opening and closing before, at the edges of, inside of and after the local times that are skipped or come twice. */
function recurrencesAround(clock: ZoneClock, change: number, index: number): Recurrence[] {
  const [before, after] = [clock.localAt(change - 1) + 1, clock.localAt(change)];
  const [low, high] = [Math.min(before, after), Math.max(before, after)];
  const inside = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
  const times = (opening: number, closing: number) => ({ opensAt: time(opening), closesAt: time(closing) });
  const date = new Date(inside);
  const month = date.getUTCMonth() + 1;
  const rare: Recurrence[] = [
    { kind: 'weekly', weekdays: [date.getUTCDay() || 7], ...times(low, high) },
    { kind: 'monthly', days: [date.getUTCDate()], missingDay: 'LAST_DAY', ...times(high, low) },
    { kind: 'yearly', month, day: date.getUTCDate(), missingDay: 'SKIP', ...times(inside, high) },
  ];
  return [
    { kind: 'daily', ...times(inside, high + 3 * HOUR) },
    { kind: 'daily', ...times(low - 3 * HOUR, inside) },
    { kind: 'daily', ...times(inside + 10 * MINUTE, inside - 10 * MINUTE) },
    { kind: 'daily', ...times(inside, inside) },
    ...rare.slice(index % 3, (index % 3) + 1),
  ];
}

function time(local: number): string {
  return new Date(local).toISOString().slice(11, 16);
}

function transitionsByTemporal(zone: string): number[] {
  const found: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(span.from).toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= span.to) return found;
    found.push(next.epochMilliseconds);
    at = next;
  }
}
