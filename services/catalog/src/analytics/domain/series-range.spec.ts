import { describe, expect, it } from '@jest/globals';
import { seriesRange } from './series-range.js';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-11-22T10:00:00Z');
const iso = (at: number): string => new Date(at).toISOString();

describe('the range of a series', () => {
  it('is the last 7 days by hour and 30 by day when nothing is said', () => {
    expect(seriesRange({ by: 'hour' }, now)).toEqual({ from: now - 7 * DAY_MS, to: now });
    expect(seriesRange({ by: 'day' }, now)).toEqual({ from: now - 30 * DAY_MS, to: now });
  });

  it.each([
    ['hour', 31],
    ['day', 400],
  ] as const)('by %s is at most %i days', (by, days) => {
    const from = now - days * DAY_MS;
    expect(seriesRange({ by, from: iso(from), to: iso(now) }, now)).toEqual({ from, to: now });
    expect(seriesRange({ by, from: iso(from - 1), to: iso(now) }, now)).toMatchObject({ field: 'from' });
  });

  it('has a from before its to, both in this age', () => {
    expect(seriesRange({ by: 'day', from: iso(now), to: iso(now) }, now)).toMatchObject({ field: 'from' });
    expect(seriesRange({ by: 'day', to: '2300-01-01T00:00:00Z' }, now)).toMatchObject({ field: 'to' });
    expect(seriesRange({ by: 'day', from: '0001-01-01T00:00:00Z' }, now)).toMatchObject({ field: 'from' });
  });
});
