import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { same } from './same.js';

describe('same', () => {
  it('looks at instants, not at the objects that hold them', () => {
    expect(same({ at: new Date(1) }, { at: new Date(1) })).toBe(true);
    expect(same({ at: new Date(1) }, { at: new Date(2) })).toBe(false);
    expect(same({ at: new Date(1) }, { at: {} })).toBe(false);
  });

  it('tells a list from an object', () => {
    expect(same([], {})).toBe(false);
    expect(same([1], { 0: 1 })).toBe(false);
  });

  it('judges plain data as Node does', () => {
    const data = fc.object({
      withNullPrototype: false,
      values: [fc.integer(), fc.string(), fc.constant(null)],
    });
    fc.assert(
      fc.property(data, data, (one, other) => {
        expect(same(one, structuredClone(one))).toBe(true);
        expect(same(one, other)).toBe(isDeepStrictEqual(one, other));
      }),
    );
  });
});
