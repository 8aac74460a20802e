import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { periodsOf } from './periods.js';
import { QUARTER_MS } from './tally.js';

const HOUR_MS = 3_600_000;
const shown = (periods: readonly { from: number; to: number }[]): string[] =>
  periods.map(({ from, to }) => `${new Date(from).toISOString()} ${(to - from) / HOUR_MS}`);
const of = (from: string, to: string, by: 'hour' | 'day', zone: string): string[] =>
  shown(periodsOf({ from: Date.parse(from), to: Date.parse(to) }, by, zone));

describe('days of a channel', () => {
  it('has 25 hours when the clock goes back and 23 when it goes forward', () => {
    expect(of('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', 'day', 'Europe/Zagreb')).toEqual([
      '2026-10-23T22:00:00.000Z 24',
      '2026-10-24T22:00:00.000Z 25',
      '2026-10-25T23:00:00.000Z 24',
    ]);
    expect(of('2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z', 'day', 'Europe/Zagreb')).toEqual([
      '2026-03-28T23:00:00.000Z 23',
    ]);
  });

  it('begins where midnight is skipped with the first instant there is', () => {
    expect(of('2026-09-06T12:00:00Z', '2026-09-06T13:00:00Z', 'day', 'America/Santiago')).toEqual([
      '2026-09-06T04:00:00.000Z 23',
    ]);
  });
});

describe('hours of a channel', () => {
  it('begin at the half hour of UTC where the zone is half an hour off, and at the quarter in Nepal', () => {
    expect(of('2026-11-22T10:10:00Z', '2026-11-22T11:00:00Z', 'hour', 'Asia/Kolkata')).toEqual([
      '2026-11-22T09:30:00.000Z 1',
      '2026-11-22T10:30:00.000Z 1',
    ]);
    expect(of('2026-11-22T10:10:00Z', '2026-11-22T10:15:00Z', 'hour', 'Asia/Kathmandu')).toEqual([
      '2026-11-22T09:15:00.000Z 1',
    ]);
  });

  it('are two where the clock shows one twice', () => {
    expect(of('2026-10-25T00:30:00Z', '2026-10-25T02:00:00Z', 'hour', 'Europe/Zagreb')).toEqual([
      '2026-10-25T00:00:00.000Z 1',
      '2026-10-25T01:00:00.000Z 1',
    ]);
  });

  it('are cut where the clock changes by half an hour', () => {
    // Lord Howe: at 02:00 back to 01:30.
    expect(of('2026-04-04T14:10:00Z', '2026-04-04T16:00:00Z', 'hour', 'Australia/Lord_Howe')).toEqual([
      '2026-04-04T14:00:00.000Z 1',
      '2026-04-04T15:00:00.000Z 0.5',
      '2026-04-04T15:30:00.000Z 1',
    ]);
    expect(of('2026-04-04T15:10:00Z', '2026-04-04T15:20:00Z', 'hour', 'Australia/Lord_Howe')).toEqual([
      '2026-04-04T15:00:00.000Z 0.5',
    ]);
  });
});

const zones = Intl.supportedValuesOf('timeZone');
const start = Date.parse('2026-01-01T00:00:00Z');

it('leaves no gap, holds the range and is made of whole quarters, in every zone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom('hour' as const, 'day' as const),
      fc.integer({ min: 0, max: 400 * 24 * 3_600 }),
      fc.integer({ min: 1, max: 3 * 24 * 3_600 }),
      (zone, by, offset, length) => {
        const from = start + offset * 1_000;
        const to = from + length * 1_000;
        const periods = periodsOf({ from, to }, by, zone);
        expect(periods[0]?.from).toBeLessThanOrEqual(from);
        expect(periods[0]?.to).toBeGreaterThan(from);
        expect(periods.at(-1)?.to).toBeGreaterThanOrEqual(to);
        expect(periods.at(-1)?.from).toBeLessThan(to);
        periods.forEach((period, place) => {
          expect(period.from % QUARTER_MS).toBe(0);
          if (place > 0) expect(period.from).toBe(periods[place - 1]?.to);
        });
      },
    ),
    { numRuns: 300 },
  );
});
