import { Injectable } from '@nestjs/common';
import { Log, Metrics, TenantDatabase } from '#platform';
import { MonthPartitionStore } from '../store/month-partition.store.js';

/** So long may nobody look before rows fall into the default partitions. */
const MONTHS_AHEAD = 3;

/** Sees to it that months to come have their partitions. Every process may: one at a time does it, others find it done. */
@Injectable()
export class AddMonthPartitions {
  constructor(
    private readonly database: TenantDatabase,
    private readonly store: MonthPartitionStore,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    const state = () => this.database.acrossTenants((tx) => this.store.state(tx));
    metrics.gauge(
      'redemption_default_partition_rows',
      'Rows that no month had a partition for, by table; counted up to 1000',
      ['table'],
      async (gauge) => {
        for (const { name, strays } of await state()) gauge.set({ table: name }, strays);
      },
    );
    metrics.gauge(
      'redemption_partitions_ahead_months',
      'Months after this one that have a partition, by table',
      ['table'],
      async (gauge) => {
        for (const { name, monthsAhead } of await state()) gauge.set({ table: name }, monthsAhead);
      },
    );
  }

  /** @param mayGoOn asked between partitions */
  async run(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const added = await this.database.acrossTenants((tx) => this.store.add(tx, MONTHS_AHEAD));
      if (added === undefined) return;
      this.log.info({ partition: added }, 'a partition for a month to come was added');
    }
  }
}
