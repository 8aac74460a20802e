import { describe, expect, it } from '@jest/globals';
import { InFlight } from './in-flight.js';

describe('InFlight', () => {
  it('runs a request once for all its copies', async () => {
    const inFlight = new InFlight<number>();
    let runs = 0;
    const start = (): Promise<number> => Promise.resolve(++runs);
    const joined = Array.from({ length: 100 }, () => inFlight.join('key', 'body', start));
    const answers = await Promise.all(
      joined.flatMap((one) => (one.kind === 'other_request' ? [] : [one.answer])),
    );
    expect(answers).toEqual(Array(100).fill(1));
    expect(joined.filter(({ kind }) => kind === 'first')).toHaveLength(1);
  });

  it('does not join another request that came with the same key', () => {
    const inFlight = new InFlight<number>();
    inFlight.join('key', 'body', () => Promise.resolve(1));
    expect(inFlight.join('key', 'other body', () => Promise.resolve(2))).toEqual({ kind: 'other_request' });
  });

  it('starts anew after the first has ended, also after a failure', async () => {
    const inFlight = new InFlight<number>();
    const failed = inFlight.join('key', 'body', () => Promise.reject(new Error('down')));
    await expect(failed.kind === 'first' ? failed.answer : undefined).rejects.toThrow('down');
    expect(inFlight.join('key', 'body', () => Promise.resolve(2)).kind).toBe('first');
  });
});
