import { describe, expect, it } from '@jest/globals';
import { descendants, gigabytes, proportionalMemory } from './memory.js';

describe('descendants', () => {
  it('takes the roots and all below them, each once', () => {
    const parentOf = new Map([
      [10, 1],
      [11, 10],
      [13, 12],
      [12, 11],
      [20, 1],
    ]);
    expect(descendants([10, 11], parentOf).sort()).toEqual([10, 11, 12, 13]);
  });
});

describe('proportionalMemory', () => {
  it('is unknown for processes that are not there', () => {
    expect(proportionalMemory([2 ** 22 + 1])).toBeUndefined();
  });

  it('is shown in gigabytes', () => {
    expect(gigabytes(1_123_456_789)).toBe('1.12 GB');
  });
});
