import { describe, expect, it } from '@jest/globals';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../logging/log.js';
import { Shutdown, type ShutdownStage } from './shutdown.js';
import { hardLimitMs, type SignalHost, stopOnSignals } from './stop-on-signals.js';

const log = new Log({ level: 'silent' });
const soon = (ms = 5) => new Promise<void>((done) => setTimeout(done, ms));

function staged(...stages: ShutdownStage[]) {
  const health = new HealthChecks();
  const shutdown = new Shutdown(health, log);
  const seen: string[] = [];
  for (const stage of stages)
    shutdown.register(stage, stage, async () => {
      seen.push(`${stage} ends`);
      await soon();
      seen.push(`${stage} ended`);
    });
  return { health, shutdown, seen };
}

describe('the end of a process', () => {
  it('goes stage by stage, whatever the order of registration', async () => {
    const { shutdown, seen } = staged('connections', 'outbox', 'jobs', 'consumers', 'traffic');
    await shutdown.run(0);
    expect(seen).toEqual(
      ['traffic', 'consumers', 'jobs', 'outbox', 'connections'].flatMap((s) => [`${s} ends`, `${s} ended`]),
    );
  });

  it('is not ready first, and lets callers go elsewhere before anything ends', async () => {
    const { health, shutdown, seen } = staged('traffic');
    expect(shutdown.begun).toBe(false);
    const end = shutdown.run(60);
    expect(shutdown.begun).toBe(true);
    expect(await health.run('ready')).toMatchObject({ ok: false, checks: [{ name: 'draining' }] });
    expect(await health.run('live')).toMatchObject({ ok: true });
    await soon(30);
    expect(seen).toEqual([]);
    await end;
    expect(seen).toHaveLength(2);
  });

  it('goes on when a step fails', async () => {
    const { shutdown, seen } = staged('connections');
    shutdown.register('traffic', 'broken', () => Promise.reject(new Error('stuck')));
    await shutdown.run(0);
    expect(seen).toContain('connections ended');
  });

  it('happens once', async () => {
    const { shutdown, seen } = staged('jobs');
    await Promise.all([shutdown.run(0), shutdown.run(0)]);
    await shutdown.run(0);
    expect(seen).toHaveLength(2);
  });
});

class FakeHost implements SignalHost {
  readonly exits: number[] = [];
  readonly #listeners = new Map<string, () => void>();
  on(signal: string, listener: () => void): void {
    this.#listeners.set(signal, listener);
  }
  exit(code: number): void {
    this.exits.push(code);
  }
  send(signal: string): void {
    this.#listeners.get(signal)?.();
  }
}

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'])('%s ends the process in order', async (signal) => {
    const host = new FakeHost();
    let stopped = false;
    stopOnSignals(async () => void (stopped = await soon().then(() => true)), log, 1_000, host);
    host.send(signal);
    expect(host.exits).toEqual([]);
    await soon(20);
    expect([stopped, host.exits]).toEqual([true, [0]]);
  });

  it('sent twice ends it at once', () => {
    const host = new FakeHost();
    stopOnSignals(() => new Promise(() => undefined), log, 1_000, host);
    host.send('SIGINT');
    host.send('SIGINT');
    expect(host.exits).toEqual([1]);
  });

  it('ends it by force when the order takes too long', async () => {
    const host = new FakeHost();
    stopOnSignals(() => new Promise(() => undefined), log, 20, host);
    host.send('SIGTERM');
    await soon(40);
    expect(host.exits).toEqual([1]);
  });

  it('leaves what is under way its time after the drain, however long that is', () => {
    expect([0, 5_000, 20_000].map(hardLimitMs)).toEqual([20_000, 25_000, 40_000]);
  });

  it('ends it with a failure when stopping fails', async () => {
    const host = new FakeHost();
    stopOnSignals(() => Promise.reject(new Error('x')), log, 1_000, host);
    host.send('SIGTERM');
    await soon();
    expect(host.exits).toEqual([1]);
  });
});
