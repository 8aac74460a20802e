import { describe, expect, it } from '@jest/globals';
import { sampleIds } from '#contracts';
import { availabilityOf } from './availability.js';

describe('availabilityOf', () => {
  it.each([
    ['click', null, 'rule'],
    ['qr', null, 'rule'],
    ['time_based', null, 'rule'],
    ['click', { amount: 1, unit: 'days' }, 'grant'],
    ['auto', null, 'grant'],
  ] as const)('type %s, validity %j: by %s', (type, validity, expected) => {
    expect(availabilityOf({ type, validity, levelIds: [] })).toBe(expected);
  });

  it('of a coupon for some levels: by grant', () => {
    expect(availabilityOf({ type: 'click', validity: null, levelIds: [sampleIds.level] })).toBe('grant');
  });
});
