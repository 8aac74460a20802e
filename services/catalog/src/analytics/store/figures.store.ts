import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Period } from '../domain/periods.js';
import type { CountedTotal } from '../domain/figures.js';

/** What was counted within a period. */
export interface PeriodCounts {
  readonly redemptions: number;
  readonly voided: number;
  readonly impressions: number;
  readonly refusals: number;
  readonly granted: number;
}

/** In the statement itself: a generation is removed as soon as another one is shown. */
const LIVE = 'generation = coalesce((SELECT live FROM analytics_generation WHERE tenant_id = $1), 1)';

/** Reads the generation of the read model that is shown. */
@Injectable()
export class FiguresStore {
  /** Everything that was counted of the coupons. */
  totals(tx: EntityManager, tenantId: string, couponIds: readonly string[]): Promise<CountedTotal[]> {
    return tx.query(
      `SELECT coupon_id AS "couponId", metric, dimension, amount::text FROM analytics_total
       WHERE tenant_id = $1 AND ${LIVE} AND coupon_id = ANY ($2)`,
      [tenantId, couponIds],
    );
  }

  /** @returns the counts of each period in which there was something, by the period's place in the list */
  async series(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    periods: readonly Period[],
  ): Promise<Map<number, PeriodCounts>> {
    const [first, last] = [periods[0], periods.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    const rows: (PeriodCounts & { place: number })[] = await tx.query(
      `SELECT width_bucket(quarter, ARRAY(SELECT to_timestamp(at / 1000) FROM unnest($3::bigint[]) AS at)) AS place,
         sum(redemptions)::float8 AS redemptions, sum(voided)::float8 AS voided,
         sum(impressions)::float8 AS impressions, sum(refusals)::float8 AS refusals, sum(granted)::float8 AS granted
       FROM analytics_quarter
       WHERE tenant_id = $1 AND ${LIVE} AND coupon_id = $2
         AND quarter >= to_timestamp($4::bigint / 1000) AND quarter < to_timestamp($5::bigint / 1000)
       GROUP BY place`,
      [tenantId, couponId, periods.map(({ from }) => from), first.from, last.to],
    );
    return new Map(rows.map(({ place, ...counts }) => [place - 1, counts]));
  }

  /** Names of stores, cashiers and point names, also of removed ones; an id that is not known has none. */
  async names(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
    const rows: { id: string; name: string }[] = await tx.query(
      `SELECT store_id AS id, name FROM store WHERE tenant_id = $1 AND store_id = ANY ($2)
       UNION ALL SELECT cashier_id, display_name FROM cashier WHERE tenant_id = $1 AND cashier_id = ANY ($2)
       UNION ALL SELECT point_name_id, name FROM point_name WHERE tenant_id = $1 AND point_name_id = ANY ($2)`,
      [tenantId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
