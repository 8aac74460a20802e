import { Metrics, TenantDatabase } from '#platform';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
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
    this.metrics.gauge(
      'scheduler_due_lag_seconds',
      'Age of the oldest due instant that is not announced yet.',
      [],
      async (gauge) => gauge.set(await this.read((tx) => this.dues.lagSeconds(tx))),
    );
    this.metrics.gauge(
      'scheduler_due_parked',
      'Due instants given up after too many failures; an operator must look.',
      [],
      async (gauge) => gauge.set(await this.read((tx) => this.dues.parked(tx, attemptCap))),
    );
  }

  private read(query: (tx: EntityManager) => Promise<number>): Promise<number> {
    return this.database.acrossTenants(query);
  }
}
