import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { repeat } from './repeat.js';

describe('repeat', () => {
  it('never runs twice at once, and goes on after a failure', async () => {
    const errors: unknown[] = [];
    const enough = Promise.withResolvers<void>();
    let atOnce = 0;
    let most = 0;
    let runs = 0;
    const run = async (): Promise<void> => {
      most = Math.max(most, ++atOnce);
      await sleep(1);
      atOnce--;
      if (++runs === 5) enough.resolve();
      throw new Error(`run ${runs}`);
    };
    const repetition = repeat(
      run,
      () => 0,
      (err) => errors.push(err),
    );
    await enough.promise;
    await repetition.stop();
    expect({ most, failures: errors.length >= 5 }).toEqual({ most: 1, failures: true });
  });

  it('stops at once while it pauses, and waits for the run in hand', async () => {
    let runs = 0;
    await repeat(
      async () => void runs++,
      () => 60_000,
      () => undefined,
    ).stop();
    expect(runs).toBe(0);

    let ended = false;
    const started = Promise.withResolvers<void>();
    const slow = repeat(
      async () => {
        started.resolve();
        await sleep(20);
        ended = true;
      },
      () => 0,
      () => undefined,
    );
    await started.promise;
    await slow.stop();
    expect(ended).toBe(true);
  });
});
