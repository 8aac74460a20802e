import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Quarter, Reach, Tally, Total } from '../domain/tally.js';

/** Where a tally is added. */
export interface Place {
  readonly tenantId: string;
  readonly generation: number;
}

/** Users whom a batch made the first, or no longer, of a coupon's funnel. */
interface Turn {
  coupon_id: string;
  granted: string;
  seen: string;
  redeemed: string;
}

/** Adds to the read model. One order of rows everywhere (reach, quarters, totals, each by key): no deadlock. */
@Injectable()
export class TallyStore {
  async add(tx: EntityManager, place: Place, { totals, quarters, reach }: Tally): Promise<void> {
    const turns = await addReach(tx, place, reach);
    await addQuarters(tx, place, quarters);
    await addTotals(tx, place, merged(totals, turns));
  }

  /** Rows of generations that are shown and made no longer. @returns how many of each table at most were removed */
  async removeOld(tx: EntityManager, tenantId: string, limit: number): Promise<number> {
    let removed = 0;
    for (const table of ['analytics_total', 'analytics_quarter', 'analytics_reach']) {
      const [, count] = await tx.query<[unknown[], number]>(
        `DELETE FROM ${table} WHERE tenant_id = $1 AND ctid = ANY (ARRAY(
           SELECT ctid FROM ${table} WHERE tenant_id = $1
             AND generation < (SELECT live FROM analytics_generation WHERE tenant_id = $1) LIMIT $2))`,
        [tenantId, limit],
      );
      removed = Math.max(removed, count);
    }
    return removed;
  }
}

/** A user counts while the number is above zero: what it was before is what it is now less what was added. */
const turned = (column: string): string =>
  `sum((after.${column} > 0)::int - (after.${column} - added.${column} > 0)::int) AS ${column}`;

async function addReach(
  tx: EntityManager,
  { tenantId, generation }: Place,
  reach: readonly Reach[],
): Promise<Turn[]> {
  if (reach.length === 0) return [];
  return tx.query(
    `WITH added AS (
       SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::int[])
         AS added (coupon_id, user_id, granted, seen, redeemed)
     ), after AS (
       INSERT INTO analytics_reach AS stored (tenant_id, generation, coupon_id, user_id, granted, seen, redeemed)
       SELECT $1, $2, added.* FROM added ORDER BY coupon_id, user_id
       ON CONFLICT (tenant_id, generation, coupon_id, user_id) DO UPDATE SET
         granted = stored.granted + excluded.granted, seen = stored.seen + excluded.seen,
         redeemed = stored.redeemed + excluded.redeemed
       RETURNING coupon_id, user_id, granted, seen, redeemed
     )
     SELECT coupon_id, ${turned('granted')}, ${turned('seen')}, ${turned('redeemed')}
     FROM after JOIN added USING (coupon_id, user_id) GROUP BY coupon_id`,
    [tenantId, generation, ...columnsOf(reach, ['couponId', 'userId', 'granted', 'seen', 'redeemed'])],
  );
}

async function addQuarters(
  tx: EntityManager,
  { tenantId, generation }: Place,
  quarters: readonly Quarter[],
): Promise<void> {
  if (quarters.length === 0) return;
  const counts = ['redemptions', 'voided', 'impressions', 'refusals', 'granted'] as const;
  await tx.query(
    `INSERT INTO analytics_quarter AS stored (tenant_id, generation, coupon_id, quarter, ${counts.join(', ')})
     SELECT $1, $2, coupon_id, to_timestamp(at / 1000), ${counts.join(', ')}
     FROM unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
       AS added (coupon_id, at, ${counts.join(', ')})
     ORDER BY coupon_id, at
     ON CONFLICT (tenant_id, generation, coupon_id, quarter) DO UPDATE SET
       ${counts.map((name) => `${name} = stored.${name} + excluded.${name}`).join(', ')}`,
    [tenantId, generation, ...columnsOf(quarters, ['couponId', 'at', ...counts])],
  );
}

async function addTotals(
  tx: EntityManager,
  { tenantId, generation }: Place,
  totals: readonly StoredTotal[],
): Promise<void> {
  if (totals.length === 0) return;
  await tx.query(
    `INSERT INTO analytics_total AS stored (tenant_id, generation, coupon_id, metric, dimension, amount)
     SELECT $1, $2, added.* FROM unnest($3::uuid[], $4::text[], $5::text[], $6::numeric[])
       AS added (coupon_id, metric, dimension, amount)
     ORDER BY coupon_id, metric, dimension
     ON CONFLICT (tenant_id, generation, coupon_id, metric, dimension)
       DO UPDATE SET amount = stored.amount + excluded.amount`,
    [tenantId, generation, ...columnsOf(totals, ['couponId', 'metric', 'dimension', 'amount'])],
  );
}

type StoredTotal = Omit<Total, 'metric' | 'amount'> & { metric: string; amount: bigint | string };

/** Unique users are totals like the others. */
function merged(totals: readonly Total[], turns: readonly Turn[]): StoredTotal[] {
  const users = turns.flatMap(({ coupon_id: couponId, granted, seen, redeemed }) =>
    Object.entries({ granted, seen, redeemed })
      .filter(([, amount]) => amount !== '0')
      .map(([name, amount]) => ({ couponId, metric: `users_${name}`, dimension: '', amount })),
  );
  return [...totals, ...users];
}

/** The items' fields as arrays, for `unnest`. */
function columnsOf<Item, Field extends keyof Item>(
  items: readonly Item[],
  fields: readonly Field[],
): Item[Field][][] {
  return fields.map((field) => items.map((item) => item[field]));
}
