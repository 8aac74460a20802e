import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#testkit';
import { PrintPool } from './print-pool.js';
import { PrintThreads } from './print-threads.js';

/** Answers with the code it was sent; `hang` never does, `die` ends the thread, `fail` is told as a failure. */
const echo = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ sheet: { code } }) => {
      while (code === 'hang');
      if (code === 'die') process.exit(1);
      parentPort.postMessage(code === 'fail' ? { failure: 'no paper' } : { file: Buffer.from(code) });
    });`)}`,
);
const job = (code: string) =>
  ({ format: 'svg', sheet: { code, generation: 1, couponName: 'Free coffee' } }) as const;

let threads: PrintThreads | undefined;
afterEach(() => threads?.close());

function aPool(over: { mostWaiting?: number; longestJobMs?: number; idleMs?: number } = {}): PrintThreads {
  threads = new PrintThreads({
    file: echo,
    threads: 1,
    mostWaiting: 8,
    longestJobMs: 60_000,
    idleMs: 60_000,
    ...over,
  });
  return threads;
}

/** Threads that were started while something ran. */
async function startedDuring(work: () => Promise<unknown>): Promise<Worker[]> {
  const workers: Worker[] = [];
  const note = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', note);
  await work().finally(() => unsubscribe('worker_threads', note));
  return workers;
}

describe('a print', () => {
  it('that never ends leaves this thread free, and is given up for the next one', async () => {
    const pool = aPool({ longestJobMs: 300 });
    const hanging = pool.print(job('hang'));
    const next = pool.print(job('next'));
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 10);
    await expect(hanging).rejects.toThrow('took too long');
    clearInterval(turning);
    expect(turns).toBeGreaterThan(1);
    expect((await next).toString()).toBe('next');
  });

  it('waits for the one before it, on the same thread', async () => {
    const pool = aPool();
    const started = await startedDuring(async () => {
      const files = await Promise.all(['a', 'b', 'c'].map((code) => pool.print(job(code))));
      expect(files.map(String)).toEqual(['a', 'b', 'c']);
    });
    expect(started).toHaveLength(1);
  });

  it('is refused while too many wait', async () => {
    const pool = aPool({ mostWaiting: 2 });
    const taken = ['a', 'b', 'c'].map((code) => pool.print(job(code)));
    await expect(pool.print(job('d'))).rejects.toMatchObject({ code: 'overloaded' });
    expect(await Promise.all(taken)).toHaveLength(3);
    expect((await pool.print(job('e'))).toString()).toBe('e');
  });

  it.each([
    ['fail', 'no paper'],
    ['die', 'ended'],
  ])('that does %s is told so, and the next one goes on', async (code, words) => {
    const pool = aPool();
    await expect(pool.print(job(code))).rejects.toThrow(words);
    expect((await pool.print(job('next'))).toString()).toBe('next');
  });

  it('under way when the process ends is told to come again', async () => {
    const pool = aPool();
    const told = Promise.allSettled([pool.print(job('hang')), pool.print(job('waits'))]);
    await pool.close();
    for (const one of await told) expect(one).toMatchObject({ reason: { code: 'overloaded' } });
    await expect(pool.print(job('late'))).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('long ago leaves no thread behind', async () => {
    const pool = aPool({ idleMs: 1 });
    const [worker] = await startedDuring(() => pool.print(job('a')));
    await eventually(() => expect(worker?.threadId).toBe(-1));
    expect((await pool.print(job('b'))).toString()).toBe('b');
  });
});

describe('the service’s prints', () => {
  it('are drawn on a thread of their own', async () => {
    const pool = new PrintPool();
    const files: Buffer[] = [];
    const started = await startedDuring(async () => {
      for (const format of ['svg', 'png', 'pdf'] as const)
        files.push(await pool.print(format, { code: 'OC1D:ABC', generation: 2, couponName: '免费 قهوة' }));
    });
    await pool.onApplicationShutdown();
    expect(files.map((file) => file.subarray(0, 4).toString('latin1'))).toEqual(['<svg', '\x89PNG', '%PDF']);
    expect(started).toHaveLength(1);
  });
});
