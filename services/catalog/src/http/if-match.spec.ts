import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProblemError } from '#platform';
import { expectedVersion, statedVersion } from './if-match.decorator.js';

describe('If-Match', () => {
  it.each([
    [undefined, null],
    ['*', null],
    ['"1"', 1],
    [' "2147483647" ', 2_147_483_647],
  ])('%s means version %s', (header, version) => {
    expect(expectedVersion(header)).toBe(version);
  });

  it.each(['', '1', '"0"', '"-1"', '"01"', '"1", "2"', 'W/"1"', '"12345678901"'])(
    '%s is refused',
    (header) => {
      expect(() => expectedVersion(header)).toThrow(ProblemError);
    },
  );

  it('reads back every version that an ETag can hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (version) => {
        expect(expectedVersion(`"${version}"`)).toBe(version);
      }),
    );
  });
});

describe('If-Match of an edit', () => {
  it('must be there', () => {
    expect(() => statedVersion(undefined)).toThrow(ProblemError);
  });

  it.each([
    ['*', null],
    ['"3"', 3],
  ])('%s means version %j', (header, version) => {
    expect(statedVersion(header)).toBe(version);
  });

  it('is as well formed as any', () => {
    expect(() => statedVersion('3')).toThrow(ProblemError);
  });
});
