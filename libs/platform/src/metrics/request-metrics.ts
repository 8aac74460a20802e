import type { Histogram } from 'prom-client';
import type { Metrics } from './metrics.js';

/** Duration of every request by route pattern, method and status. */
export class RequestMetrics {
  readonly #histogram: Histogram<'method' | 'route' | 'status'>;
  /** prom-client sorts and joins the labels at each look-up; a request should not pay for that. */
  readonly #children = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();

  constructor(metrics: Metrics) {
    this.#histogram = metrics.histogram(
      'http_request_duration_seconds',
      'Time from the first byte of a request to the last of its answer',
      ['method', 'route', 'status'],
    );
  }

  observe(method: string, route: string | undefined, status: number, milliseconds: number): void {
    const labels = { method, route: route ?? 'unmatched', status: String(status) };
    const key = `${labels.status} ${method} ${labels.route}`;
    let child = this.#children.get(key);
    if (!child) this.#children.set(key, (child = this.#histogram.labels(labels)));
    child.observe(milliseconds / 1000);
  }
}
