import { describe, expect, it } from '@jest/globals';
import { ATTEMPT_CAP, lookAgainForCouponInMs, lookAgainForNamesInMs } from './look-again.js';

describe('lookAgainForNamesInMs', () => {
  it.each([
    [0, 500],
    [1_000, 500],
    [4_000, 2_000],
    [20_000, 10_000],
    [3_600_000, 10_000],
  ])('after %i ms looks again in %i ms', (waited, next) => expect(lookAgainForNamesInMs(waited)).toBe(next));
});

describe('lookAgainForCouponInMs', () => {
  it.each([
    [0, 500],
    [500, 60_000],
    [61_000, 61_000],
    [600_000, 600_000],
    [7_200_000, 3_600_000],
  ])('after %i ms looks again in %i ms', (waited, next) => expect(lookAgainForCouponInMs(waited)).toBe(next));

  it('looks for about a day before the message is parked', () => {
    let waited = 0;
    for (let attempt = 0; attempt < ATTEMPT_CAP; attempt++) waited += lookAgainForCouponInMs(waited);
    expect(waited / 3_600_000).toBeGreaterThan(18);
    expect(waited / 3_600_000).toBeLessThan(30);
  });
});
