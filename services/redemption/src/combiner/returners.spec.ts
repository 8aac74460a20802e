import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Returners } from './returners.js';

const LONG_MS = 500;
/** Milliseconds that a batch took: more than the limits here. */
const TOOK_MS = 20_000;
const SHORT_MS = 5;

/** How the wait after a batch of so many ended, of whom so many come back. */
async function waited(returners: Returners, answered: number, back: number): Promise<string> {
  returners.answered(answered, TOOK_MS);
  const wait = returners.wait(0);
  if (wait === undefined) return 'not at all';
  for (let n = 0; n < back; n += 1) returners.came();
  return unless(
    wait.then(() => 'waited'),
    LONG_MS / 2,
    'still waiting',
  );
}

/** What comes first; no timer outlives it, for which Jest would wait. */
async function unless(result: Promise<string>, ms: number, otherwise: string): Promise<string> {
  const over = new AbortController();
  const late = sleep(ms, otherwise, { signal: over.signal }).catch(() => otherwise);
  return Promise.race([result, late]).finally(() => over.abort());
}

describe('Returners', () => {
  it('are waited for until as many have come as were answered', async () => {
    expect(await waited(new Returners(LONG_MS), 4, 4)).toBe('waited');
  });

  it('count from their answer on, not only while they are waited for', () => {
    const returners = new Returners(LONG_MS);
    returners.answered(2, TOOK_MS);
    returners.came();
    returners.came();
    expect(returners.wait(0)).toBeUndefined();
  });

  it('are not waited for longer than the limit', async () => {
    const returners = new Returners(SHORT_MS);
    expect(await waited(returners, 4, 3)).toBe('waited');
  });

  it('are waited for no longer than their batch took', async () => {
    const returners = new Returners(LONG_MS);
    returners.answered(4, 15);
    const since = performance.now();
    await returners.wait(0);
    expect(performance.now() - since).toBeLessThan(LONG_MS / 10);
  });

  it('are not waited for where nobody was answered lately, or the batch was cheap', async () => {
    const returners = new Returners(SHORT_MS);
    expect(returners.wait(0)).toBeUndefined();
    returners.answered(4, 0.5);
    expect(returners.wait(0)).toBeUndefined();
    returners.answered(4, TOOK_MS);
    await sleep(SHORT_MS + 1);
    expect(returners.wait(0)).toBeUndefined();
  });

  it('of many are waited for until half of all are there', async () => {
    const returners = new Returners(LONG_MS);
    returners.answered(40, TOOK_MS);
    expect(returners.wait(40)).toBeUndefined();
    const wait = returners.wait(0);
    for (let n = 0; n < 19; n += 1) returners.came();
    const enough = (wait ?? Promise.resolve()).then(() => 'enough');
    expect(await unless(enough, 20, 'waiting')).toBe('waiting');
    returners.came();
    await expect(wait).resolves.toBeUndefined();
  });

  it('and those who wait share a batch when they are few, and go in two halves when they are many', () => {
    const returners = new Returners(LONG_MS);
    returners.answered(8, TOOK_MS);
    expect(returners.share(4)).toBe(12);
    returners.answered(32, TOOK_MS);
    expect(returners.share(32)).toBe(32);
    expect(returners.share(0)).toBe(16);
    expect(new Returners(0).share(100)).toBe(100);
  });

  it('are waited for ever more seldom where they do not come, and each time again when they do', async () => {
    const returners = new Returners(SHORT_MS);
    const waits = async (rounds: number, back: number): Promise<number> => {
      let count = 0;
      for (let n = 0; n < rounds; n += 1) if ((await waited(returners, 2, back)) === 'waited') count += 1;
      return count;
    };
    expect(await waits(100, 0)).toBe(6);
    while ((await waited(returners, 2, 2)) !== 'waited') continue;
    expect(await waits(5, 2)).toBe(5);
  });

  it('are never waited for where the limit is 0', async () => {
    expect(await waited(new Returners(0), 4, 4)).toBe('not at all');
  });
});
