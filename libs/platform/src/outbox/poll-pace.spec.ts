import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PollPace } from './poll-pace.js';

describe('PollPace', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Milliseconds that wait() took. */
  async function waited(pace: PollPace): Promise<number> {
    const start = Date.now();
    const done = pace.wait().then(() => Date.now() - start);
    await jest.runAllTimersAsync();
    return done;
  }

  it('does not wait while there is plenty to do, then ever longer up to 250 ms', async () => {
    const pace = new PollPace();
    pace.after(400);
    const waits = [await waited(pace)];
    for (let look = 0; look < 6; look += 1) {
      pace.after(0);
      waits.push(await waited(pace));
    }
    expect(waits).toEqual([0, 25, 50, 100, 200, 250, 250]);
  });

  it('lets facts gather where there were a few, whatever nudges, but ends when it is cut short', async () => {
    const pace = new PollPace();
    pace.after(3);
    pace.nudge();
    expect(await waited(pace)).toBe(25);
    pace.after(3);
    const start = Date.now();
    const waiting = pace.wait().then(() => Date.now() - start);
    await jest.advanceTimersByTimeAsync(10);
    pace.nudge();
    await jest.advanceTimersByTimeAsync(5);
    pace.cutShort();
    expect(await waiting).toBe(15);
  });

  it('looks at once when nudged, before the wait or in it', async () => {
    const pace = new PollPace();
    pace.after(0);
    pace.nudge();
    expect(await waited(pace)).toBe(0);
    const start = Date.now();
    const waiting = pace.wait().then(() => Date.now() - start);
    await jest.advanceTimersByTimeAsync(10);
    pace.nudge();
    expect(await waiting).toBe(10);
  });

  it('forgets a nudge once it was heeded', async () => {
    const pace = new PollPace();
    pace.after(0);
    pace.nudge();
    await waited(pace);
    pace.after(0);
    expect(await waited(pace)).toBeGreaterThan(0);
  });

  it('waits longer after each failure, whatever nudges, but ends when it is cut short', async () => {
    const pace = new PollPace();
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      pace.afterFailure();
      pace.nudge();
      waits.push(await waited(pace));
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    pace.afterFailure();
    const start = Date.now();
    const waiting = pace.wait().then(() => Date.now() - start);
    pace.cutShort();
    expect(await waiting).toBe(0);
  });
});
