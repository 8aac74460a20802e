import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { atMost } from './migrations.js';

describe('atMost', () => {
  it('runs no more than the limit at a time, in order, and goes on after a failure', async () => {
    const limited = atMost(2);
    const began: number[] = [];
    let running = 0;
    let most = 0;
    const jobs = [0, 1, 2, 3, 4].map((n) =>
      limited(async () => {
        began.push(n);
        most = Math.max(most, (running += 1));
        await sleep(5);
        running -= 1;
        if (n === 1) throw new Error('failed');
      }),
    );
    const outcomes = await Promise.allSettled(jobs);
    expect(began).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true]);
  });
});
