import { Injectable } from '@nestjs/common';
import { Log, Metrics } from '#platform';

/** What may disagree, as the metric names it. */
const places = ['redemptions', 'uses', 'ledger', 'addons', 'redis', 'redis-users'] as const;
export type DriftPlace = (typeof places)[number];

/** Tells operators of numbers that must agree and do not. */
@Injectable()
export class Drift {
  private readonly drift;

  constructor(
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.drift = metrics.counter('redemption_drift_total', 'Numbers that disagreed, by where', ['where']);
    for (const where of places) this.drift.inc({ where }, 0);
  }

  report(where: DriftPlace, tenantId: string, found: object): void {
    this.drift.inc({ where });
    this.log.error({ where, tenantId, ...found }, 'numbers that must agree disagree');
  }
}
