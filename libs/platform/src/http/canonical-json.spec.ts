import { describe, expect, it } from '@jest/globals';
import { bodyHash, canonicalJson } from './canonical-json.js';

describe('the hash of a body', () => {
  it('is the same whatever the order of the keys', () => {
    expect(bodyHash({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: null } })).toBe(
      bodyHash({ b: { f: null, c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
    [{}, []],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [null, undefined],
    ['', undefined],
  ])('tells %j from %j', (one, other) => {
    expect(bodyHash(one)).not.toBe(bodyHash(other));
  });

  it('keeps a key named __proto__ a plain key', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}');
  });
});
