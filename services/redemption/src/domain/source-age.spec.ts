import { describe, expect, it } from '@jest/globals';
import { whyTooOld } from './source-age.js';

describe('what happened', () => {
  const at = '2026-01-01T00:00:00Z';

  it.each([
    ['2025-12-31T00:00:00.000Z', 'taken'],
    ['2026-01-01T00:00:00.000Z', 'taken'],
    ['2027-01-01T00:00:00.000Z', 'taken'],
    ['2027-01-01T00:00:00.001Z', 'too old'],
    ['2036-01-01T00:00:00.000Z', 'too old'],
  ])('on the first of January 2026 is at %s %s', (now, verdict) => {
    expect(whyTooOld(at, new Date(now)) === undefined ? 'taken' : 'too old').toBe(verdict);
  });
});
