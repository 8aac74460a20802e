import { describe, expect, it } from '@jest/globals';
import { availabilityOf } from './availability.js';

describe('availabilityOf', () => {
  it.each([
    ['click', null, 'rule'],
    ['qr', null, 'rule'],
    ['time_based', null, 'rule'],
    ['click', { amount: 1, unit: 'days' }, 'grant'],
    ['auto', null, 'grant'],
  ] as const)('type %s, validity %j: by %s', (type, validity, expected) => {
    expect(availabilityOf({ type, validity })).toBe(expected);
  });
});
