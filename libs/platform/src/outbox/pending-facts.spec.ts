import { describe, expect, it } from '@jest/globals';
import { withinBytes } from './pending-facts.js';

const rows = (...sizes: number[]) => sizes.map((size) => ({ payload: 'x'.repeat(size) }));

describe('withinBytes', () => {
  it('takes the first rows that fit, each with its headers', () => {
    expect(withinBytes(rows(1_000, 1_000, 1_000), 4_000)).toHaveLength(2);
    expect(withinBytes(rows(1_000, 1_000, 1_000), 6_000)).toHaveLength(3);
    expect(withinBytes(rows(), 10)).toEqual([]);
  });

  it('counts bytes, not characters', () => {
    expect(withinBytes([{ payload: 'ž'.repeat(1_000) }, { payload: '' }], 3_500)).toHaveLength(1);
  });

  it('takes one row however large it is: it must leave some time', () => {
    expect(withinBytes(rows(5_000, 10), 100)).toHaveLength(1);
  });
});
