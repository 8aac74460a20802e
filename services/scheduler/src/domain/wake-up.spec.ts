import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attemptCap, lookAheadMs, retryAfterMs, sleepMs, tickMs } from './wake-up.js';

describe('sleepMs', () => {
  it.each([
    [null, null],
    [5_001, null],
    [5_000, 5_000],
    [250, 250],
    [0.2, 1],
    [0, 0],
    [-3_600_000, 0],
  ])('next due in %s ms: sleeps %s ms', (untilNext, expected) => {
    expect(sleepMs(untilNext)).toBe(expected);
  });

  it('never sleeps past a due instant', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (untilNext) => {
        expect(sleepMs(untilNext) ?? tickMs).toBeLessThanOrEqual(untilNext + 1);
      }),
    );
  });

  it('sees several ticks ahead', () => {
    expect(lookAheadMs).toBeGreaterThan(3 * tickMs);
  });
});

describe('retryAfterMs', () => {
  it('backs off, to a limit', () => {
    expect([1, 2, 3].map(retryAfterMs)).toEqual([500, 1_000, 2_000]);
    expect(retryAfterMs(attemptCap)).toBe(60_000);
  });
});
