import { Metrics, TenantDatabase } from '#platform';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { attemptCap } from '../domain/wake-up.js';
import { DueStore } from '../store/due.store.js';

/** Says at every scrape how far behind the scheduler is: 0 while everything is announced in time. */
@Injectable()
export class ReportBacklog implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: TenantDatabase,
    private readonly dues: DueStore,
  ) {}

  onModuleInit(): void {
    const parked = this.metrics.gauge(
      'scheduler_due_parked',
      'Due instants given up after too many failures; an operator must look.',
    );
    this.metrics.gauge(
      'scheduler_due_lag_seconds',
      'Age of the oldest due instant that is not announced yet.',
      [],
      async (lag) => {
        const backlog = await this.database.acrossTenants((tx) => this.dues.backlog(tx, attemptCap));
        lag.set(backlog.lagSeconds);
        parked.set(backlog.parked);
      },
    );
  }
}
