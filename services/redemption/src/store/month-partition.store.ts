import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** One table that is cut by month. */
export interface MonthPartitionState {
  readonly name: string;
  /** Rows in the default partition, counted up to 1,000. */
  readonly strays: number;
  /** Months after this one that have a partition, without a gap. */
  readonly monthsAhead: number;
}

/** Months of the tables that grow for ever (migrations/month-partitions): of all tenants. */
@Injectable()
export class MonthPartitionStore {
  /** Adds one that is missing. @returns its name; undefined = none is missing, or another process is at it */
  async add(tx: EntityManager, monthsAhead: number): Promise<string | undefined> {
    const [row] = await tx.query<{ added: string | null }[]>('SELECT add_month_partition($1) AS added', [
      monthsAhead,
    ]);
    return row?.added ?? undefined;
  }

  state(tx: EntityManager): Promise<MonthPartitionState[]> {
    return tx.query<MonthPartitionState[]>(
      'SELECT name, strays, months_ahead AS "monthsAhead" FROM month_partition_state() ORDER BY name',
    );
  }
}
