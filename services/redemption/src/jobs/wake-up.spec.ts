import { describe, expect, it, jest } from '@jest/globals';
import type { Log, Shutdown } from '#platform';
import { WakeUp, type WakeUpJob } from './wake-up.js';

function started(job: Partial<WakeUpJob> & Pick<WakeUpJob, 'work'>) {
  const warn = jest.fn();
  let stop: () => Promise<void> = () => Promise.reject(new Error('nothing was registered'));
  const shutdown = { register: (_stage: string, _name: string, step: () => Promise<void>) => (stop = step) };
  const wakeUp = new WakeUp(
    { name: 'testing', failed: 'failed', ...job },
    { warn } as unknown as Log,
    shutdown as unknown as Shutdown,
  );
  return { wakeUp, warn, stop: () => stop() };
}

const soon = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('a wake-up', () => {
  it('does not begin again while it runs, and does afterwards', async () => {
    let end = (): void => undefined;
    const work = jest.fn(() => new Promise<void>((done) => (end = done)));
    const { wakeUp } = started({ work });
    wakeUp.wake();
    wakeUp.wake();
    expect(work).toHaveBeenCalledTimes(1);
    end();
    await soon();
    wakeUp.wake();
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('that fails says so and runs at the next one', async () => {
    const error = new Error('away');
    const work = jest.fn(() => Promise.reject(error));
    const { wakeUp, warn } = started({ work });
    wakeUp.wake();
    await soon();
    expect(warn).toHaveBeenCalledWith({ err: error, job: 'testing' }, 'failed');
    wakeUp.wake();
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('ends with the process: the work under way first, then its last step, and nothing after that', async () => {
    const steps: string[] = [];
    const work = jest.fn(async (mayGoOn: () => boolean) => {
      while (mayGoOn()) await soon();
      steps.push('stopped');
    });
    const finish = () => Promise.resolve(void steps.push('finished'));
    const { wakeUp, stop } = started({ work, finish });
    wakeUp.wake();
    await stop();
    wakeUp.wake();
    expect(steps).toEqual(['stopped', 'finished']);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
