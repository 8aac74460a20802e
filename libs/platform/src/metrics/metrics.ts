import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from half a millisecond, because an admitted redemption takes about that. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The service's metrics, answered by GET /metrics. Each helper makes the metric on first use and returns the same one
 * afterwards, so callers need not share instances. One registry per application: two in one process do not collide.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly #collectFailures = this.counter(
    'metrics_collect_failures_total',
    'Gauges that could not be read',
    ['metric'],
  );

  counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    const known = this.registry.getSingleMetric(name) as Counter<Label> | undefined;
    return known ?? new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** Buckets are in seconds unless given. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    buckets: readonly number[] = LATENCY_BUCKETS,
  ): Histogram<Label> {
    const known = this.registry.getSingleMetric(name) as Histogram<Label> | undefined;
    return (
      known ??
      new Histogram({
        name,
        help,
        labelNames: [...labelNames],
        buckets: [...buckets],
        registers: [this.registry],
      })
    );
  }

  /**
   * `collect` is asked at every scrape; without it, set the gauge yourself. When it fails, only this gauge is missing from
   * the scrape (an old value would be a lie), and `metrics_collect_failures_total` counts it: the other metrics are needed
   * most while a server is away.
   */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const known = this.registry.getSingleMetric(name) as Gauge<Label> | undefined;
    if (known) return known;
    const failures = this.#collectFailures;
    return new Gauge<Label>({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...(collect && {
        async collect(this: Gauge<Label>) {
          try {
            await collect(this);
          } catch {
            if (labelNames.length === 0) this.remove();
            else this.reset();
            failures.inc({ metric: name });
          }
        },
      }),
    });
  }
}
