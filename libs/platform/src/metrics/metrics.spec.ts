import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';
import { RequestMetrics } from './request-metrics.js';

describe('metrics', () => {
  it('are made once by name and shared', async () => {
    const metrics = new Metrics();
    metrics.counter('things_total', 'Things', ['kind']).inc({ kind: 'a' });
    metrics.counter('things_total', 'Things', ['kind']).inc({ kind: 'a' }, 2);
    expect(await metrics.registry.metrics()).toContain('things_total{kind="a"} 3');
  });

  it('of two applications in one process do not mix', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.counter('things_total', 'Things').inc();
    expect(await other.registry.metrics()).not.toContain('things_total');
  });

  it('are asked for at the scrape where they are gauges with a source', async () => {
    const metrics = new Metrics();
    let depth = 1;
    metrics.gauge('depth', 'Depth', [], async (gauge) => gauge.set(depth));
    depth = 7;
    expect(await metrics.registry.metrics()).toContain('depth 7');
  });

  it('leave out a gauge whose source fails, count that, and show the others', async () => {
    const metrics = new Metrics();
    let away = false;
    const asked = async <T>(value: T) => (away ? Promise.reject(new Error('away')) : value);
    metrics.gauge('depth', 'Depth', [], async (gauge) => gauge.set(await asked(7)));
    metrics.gauge('depths', 'Depths', ['of'], async (gauge) => gauge.set({ of: 'a' }, await asked(8)));
    metrics.counter('things_total', 'Things').inc();
    const samples = async () => (await metrics.registry.metrics()).split('\n');
    expect(await samples()).toEqual(expect.arrayContaining(['depth 7', 'depths{of="a"} 8']));
    away = true;
    await samples();
    const whileAway = await samples();
    expect(whileAway.filter((line) => /^depths?[ {]/.test(line))).toEqual([]);
    expect(whileAway).toContain('things_total 1');
    expect(whileAway.join('\n')).toMatch(/^metrics_collect_failures_total\{metric="depth"\} [12]$/m);
    away = false;
    expect(await samples()).toContain('depth 7');
  });

  it('count requests in seconds', async () => {
    const metrics = new Metrics();
    const requests = new RequestMetrics(metrics);
    requests.observe('GET', '/v1/coupons/:couponId', 200, 30);
    requests.observe('GET', '/v1/coupons/:couponId', 200, 70);
    requests.observe('GET', undefined, 404, 1);
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'http_request_duration_seconds_sum{method="GET",route="/v1/coupons/:couponId",status="200"} 0.1',
    );
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
    );
  });
});
