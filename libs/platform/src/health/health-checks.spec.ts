import { describe, expect, it } from '@jest/globals';
import { HealthChecks } from './health-checks.js';

describe('health checks', () => {
  it('are run anew each time, each kind by itself', async () => {
    const health = new HealthChecks();
    let well = true;
    health.register('pump', async () => {
      if (!well) throw new Error('dry');
    });
    expect(await health.run('ready')).toEqual({ ok: true, checks: [{ name: 'pump', ok: true }] });
    well = false;
    expect(await health.run('ready')).toEqual({
      ok: false,
      checks: [{ name: 'pump', ok: false, reason: 'dry' }],
    });
    expect(await health.run('live')).toEqual({ ok: true, checks: [] });
  });

  it('that take too long count as failed', async () => {
    const health = new HealthChecks();
    health.register('frozen', () => new Promise(() => undefined), 'live');
    expect((await health.run('live', 20)).checks).toEqual([
      { name: 'frozen', ok: false, reason: 'no answer within 20 ms' },
    ]);
  });

  it('that throw at once do not bring the others down', async () => {
    const health = new HealthChecks();
    health.register('bug', () => {
      throw new TypeError('bug');
    });
    health.register('fine', async () => undefined);
    expect((await health.run('ready')).checks.map(({ ok }) => ok)).toEqual([false, true]);
  });

  it('fail once the process drains', async () => {
    const health = new HealthChecks();
    health.drain();
    expect(await health.run('ready')).toMatchObject({ ok: false, checks: [{ name: 'draining', ok: false }] });
    expect(await health.run('live')).toMatchObject({ ok: true });
  });
});
