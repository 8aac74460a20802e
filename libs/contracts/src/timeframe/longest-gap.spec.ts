import { describe, expect, it } from '@jest/globals';
import { recurrence, type Timeframe } from './recurrence.js';
import { longestGap } from './windows.js';

const HOUR = 3_600_000;
const from = Date.UTC(2027, 0, 5);
const nine = { opensAt: '09:00', closesAt: '17:00' };

describe('The longest gap between windows, in hours', () => {
  it.each([
    [16, { kind: 'daily', ...nine }],
    [0, { kind: 'daily', opensAt: '09:00', closesAt: '09:00' }],
    [64, { kind: 'weekly', weekdays: [1, 2, 3, 4, 5], ...nine }],
    [
      6 * 24 + 16,
      { kind: 'monthly', days: Array.from({ length: 25 }, (_, day) => day + 1), missingDay: 'SKIP', ...nine },
    ],
    [60 * 24 + 16, { kind: 'monthly', days: [31], missingDay: 'SKIP', ...nine }],
    [2920 * 24 + 16, { kind: 'yearly', month: 2, day: 29, missingDay: 'SKIP', ...nine }],
  ])('is %d for %j', (hours, value) => {
    expect(longestGap(framed(value), from) / HOUR).toBe(hours);
  });

  it('grows by the hour that a clock set back inserts', () => {
    const zagreb = { ...framed({ kind: 'daily', ...nine }), timeZone: 'Europe/Zagreb' };
    expect(longestGap(zagreb, Date.UTC(2027, 9, 20)) / HOUR).toBe(17);
  });

  it('is none without a second window', () => {
    const once = { startAt: '2027-01-05T00:00:00Z', endAt: '2027-01-06T08:00:00Z' };
    expect(longestGap({ ...framed({ kind: 'daily', ...nine }), ...once }, from)).toBe(0);
    expect(longestGap({ ...framed({ kind: 'daily', ...nine }), ...once, recurrence: null }, from)).toBe(0);
  });
});

function framed(value: object): Timeframe {
  return { startAt: null, endAt: null, timeZone: 'UTC', recurrence: recurrence.parse(value) };
}
