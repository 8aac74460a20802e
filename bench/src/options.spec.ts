import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

const known = ['a-a', 'hot-lean-64'];

describe('options of npm run bench', () => {
  it('measures everything, five laps of four seconds, when nothing is said', () => {
    expect(readOptions([], known)).toEqual({ ids: [], runs: 5, seconds: 4, quick: false });
  });

  it('takes rows, laps and seconds', () => {
    const options = readOptions(['hot-lean-64', '--runs', '7', '--seconds', '2'], known);
    expect(options).toEqual({ ids: ['hot-lean-64'], runs: 7, seconds: 2, quick: false });
  });

  it('makes one short lap of a smoke run', () => {
    expect(readOptions(['--quick'], known)).toMatchObject({ runs: 1, seconds: 1, quick: true });
  });

  it.each([
    [['hot-laen-64'], 'There is no row hot-laen-64; say some of: a-a, hot-lean-64'],
    [['--runs', '2'], '--runs: a whole number from 3 on, not 2'],
    [['--seconds', 'two'], '--seconds: a whole number from 1 on, not two'],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args, known)).toThrow(message);
  });
});
