import { describe, expect, it } from '@jest/globals';
import { ProvesNothing, withFurtherSeeds } from './proves-nothing.js';

describe('a row whose fault did not come about', () => {
  const runs = async (outcomes: readonly (ProvesNothing | Error | undefined)[]) => {
    const seeds: number[] = [];
    const run = async (seed: number): Promise<ProvesNothing | undefined> => {
      const outcome = outcomes[seeds.push(seed) - 1];
      if (outcome === undefined || outcome instanceof ProvesNothing) return outcome;
      throw outcome;
    };
    const error = await withFurtherSeeds(5, run).then(
      () => undefined,
      (thrown: Error) => thrown.message,
    );
    return { seeds, error };
  };
  const nothing = new ProvesNothing('row, seed 5: the row proves nothing');

  it('is run again with the next seed', async () => {
    expect(await runs([nothing, nothing, undefined])).toEqual({ seeds: [5, 6, 7], error: undefined });
  });

  it('fails after three more tries', async () => {
    expect(await runs([nothing, nothing, nothing, nothing, undefined])).toEqual({
      seeds: [5, 6, 7, 8],
      error: nothing.message,
    });
  });

  it('is not run again after a violation', async () => {
    expect(await runs([nothing, new Error('3 of 2 units'), undefined])).toEqual({
      seeds: [5, 6],
      error: '3 of 2 units',
    });
  });
});
