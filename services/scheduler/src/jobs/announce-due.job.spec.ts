import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Log, Shutdown } from '#platform';
import type { AnnounceDue } from '../use-cases/announce-due.js';
import { DueAlarm } from '../use-cases/due-alarm.js';
import { AnnounceDueJob } from './announce-due.job.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A job whose looks find what is listed, one after the other; then nothing near. */
function job(sleeps: (number | null | Error)[]) {
  const looks: number[] = [];
  const run = (): Promise<number | null> => {
    looks.push(Date.now());
    const next = sleeps.shift() ?? null;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const warnings: string[] = [];
  let stop: () => Promise<void> = () => Promise.resolve();
  const alarm = new DueAlarm();
  const log = { warn: (_: unknown, message: string) => warnings.push(message) };
  const shutdown = { register: (_stage: string, _name: string, end: () => Promise<void>) => (stop = end) };
  const made = new AnnounceDueJob(
    { run } as unknown as AnnounceDue,
    log as unknown as Log,
    alarm,
    shutdown as unknown as Shutdown,
  );
  return { made, alarm, looks, warnings, stop: () => stop() };
}

describe('the wake-up', () => {
  it('looks again exactly when the next instant is due', async () => {
    const { made, looks } = job([300]);
    made.wake();
    await jest.advanceTimersByTimeAsync(299);
    expect(looks).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(looks).toHaveLength(2);
  });

  it('goes on at once while there may be more', async () => {
    const { made, looks } = job([0, 0, null]);
    made.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(looks).toHaveLength(3);
  });

  it('rings through a look in hand: what was planned meanwhile is seen', async () => {
    const { made, alarm, looks } = job([null]);
    made.wake();
    alarm.ring();
    await jest.advanceTimersByTimeAsync(0);
    expect(looks).toHaveLength(2);
  });

  it('keeps one timer: a nearer instant replaces a farther one', async () => {
    const { made, looks } = job([4_000, 100, null]);
    made.wake();
    await jest.advanceTimersByTimeAsync(0);
    made.wake();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(3);
  });

  it('survives a look that fails', async () => {
    const { made, looks, warnings } = job([new Error('database away')]);
    made.wake();
    await jest.advanceTimersByTimeAsync(0);
    made.wake();
    await jest.advanceTimersByTimeAsync(0);
    expect(warnings).toHaveLength(1);
    expect(looks).toHaveLength(2);
  });

  it('ends at shutdown, timer and all', async () => {
    const { made, alarm, looks, stop } = job([100]);
    made.wake();
    await jest.advanceTimersByTimeAsync(0);
    await stop();
    made.wake();
    alarm.ring();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(looks).toHaveLength(1);
  });
});
