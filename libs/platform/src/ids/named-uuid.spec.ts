import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { id } from '#contracts';
import { firstIdAt } from '../inbox/retention.js';
import { namedUuid } from './named-uuid.js';

const time = fc.nat({ max: 2 ** 47 });

describe('namedUuid', () => {
  it('is an id like any other, and bears its time', () => {
    fc.assert(
      fc.property(fc.string(), time, (name, at) => {
        const made = namedUuid(name, at);
        expect(id.parse(made)).toBe(made);
        expect(made >= firstIdAt(new Date(at)) && made < firstIdAt(new Date(at + 1))).toBe(true);
      }),
    );
  });

  it('is the same for the same name and time, and for no others', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), time, time, (name, other, at, later) => {
        expect(namedUuid(name, at) === namedUuid(other, later)).toBe(name === other && at === later);
        expect(namedUuid(name, at)).toBe(namedUuid(name, at));
      }),
    );
  });
});
