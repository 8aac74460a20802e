import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DueKind } from '../domain/kinds.js';
import { type Cohort, type PlannedCoupon, wholeCoupon } from '../domain/occurrence.js';

/** Whose instants: of one coupon, of one cohort of its. */
export interface CohortKey {
  readonly tenantId: string;
  readonly couponId: string;
  readonly cohort: string;
}

type Announced = Readonly<Partial<Record<DueKind, number>>>;

/** What the next instants of a cohort are reckoned from. */
export interface CohortState extends Omit<CohortKey, 'cohort'> {
  readonly cohort: Cohort;
  /** null = nothing follows: it has finished, or is not known well enough. */
  readonly coupon: PlannedCoupon | null;
  readonly announced: Announced;
}

/** The newest version of each coupon as far as it decides when something is due, its cohorts, and what was announced. */
@Injectable()
export class CouponScheduleStore {
  /**
   * Takes the version over and locks the coupon's row.
   * @param coupon null = nothing will ever be due again; the row stays, so that an older version revives nothing
   * @returns the database's instant; undefined when this version or a newer one is stored already
   */
  async takeOver(
    tx: EntityManager,
    tenantId: string,
    { couponId, version, coupon }: { couponId: string; version: number; coupon: PlannedCoupon | null },
  ): Promise<Date | undefined> {
    const rows: { now: Date }[] = await tx.query(
      `INSERT INTO coupon_schedule AS stored (tenant_id, coupon_id, version, coupon) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET version = excluded.version, coupon = excluded.coupon
       WHERE stored.version < excluded.version
       RETURNING octopus_now()::timestamptz(3) AS now`,
      [tenantId, couponId, version, coupon === null ? null : JSON.stringify(coupon)],
    );
    return rows[0]?.now;
  }

  /** Locks the coupon's row. undefined = it is not known, or nothing will ever be due again. */
  async lock(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
  ): Promise<{ coupon: PlannedCoupon; now: Date } | undefined> {
    const lock = 'SELECT coupon FROM coupon_schedule WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE';
    const [row] = await tx.query<{ coupon: PlannedCoupon | null }[]>(lock, [tenantId, couponId]);
    const [clock] = await tx.query<{ now: Date }[]>('SELECT octopus_now()::timestamptz(3) AS now');
    return row?.coupon && clock ? { coupon: row.coupon, now: clock.now } : undefined;
  }

  async putCohorts(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    cohorts: readonly Cohort[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO cohort (tenant_id, coupon_id, name, data)
       SELECT $1, $2, name, data FROM jsonb_to_recordset($3) AS new (name text, data jsonb)
       ON CONFLICT (tenant_id, coupon_id, name) DO UPDATE SET data = excluded.data`,
      [tenantId, couponId, JSON.stringify(cohorts)],
    );
  }

  /** The coupon's own instants and those of its cohorts: what was announced of each. */
  async cohorts(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
  ): Promise<Pick<CohortState, 'cohort' | 'announced'>[]> {
    const rows: { name: string; data: Cohort['data']; announced: Announced | null }[] = await tx.query(
      `SELECT c.name, c.data,
              (SELECT jsonb_object_agg(a.kind, extract(epoch FROM a.due_at) * 1000) FROM announced a
                WHERE a.tenant_id = $1 AND a.coupon_id = $2 AND a.cohort = c.name) AS announced
         FROM (SELECT $3::text AS name, '{}'::jsonb AS data
                UNION ALL SELECT name, data FROM cohort WHERE tenant_id = $1 AND coupon_id = $2) AS c`,
      [tenantId, couponId, wholeCoupon.name],
    );
    return rows.map(({ name, data, announced }) => ({ cohort: { name, data }, announced: announced ?? {} }));
  }

  /** What nobody needs any more once nothing will ever be due again. */
  async forget(tx: EntityManager, tenantId: string, couponId: string): Promise<void> {
    for (const table of ['announced', 'cohort'])
      await tx.query(`DELETE FROM ${table} WHERE tenant_id = $1 AND coupon_id = $2`, [tenantId, couponId]);
  }

  /**
   * Of any tenants at once. Locks the coupons in the order of their ids: whoever touches their due rows holds this first.
   */
  async lockCohorts(tx: EntityManager, keys: readonly CohortKey[]): Promise<CohortState[]> {
    const rows: {
      tenantId: string;
      couponId: string;
      name: string;
      coupon: PlannedCoupon | null;
      data: Cohort['data'] | null;
      announced: Announced | null;
    }[] = await tx.query(
      `SELECT tenant_id AS "tenantId", coupon_id AS "couponId", name, coupon, data, announced
         FROM read_cohorts($1::uuid[], $2::uuid[], $3::text[])`,
      columns(keys),
    );
    return rows.map(({ tenantId, couponId, name, coupon, data, announced }) => ({
      tenantId,
      couponId,
      cohort: { name, data: data ?? {} },
      coupon,
      announced: announced ?? {},
    }));
  }

  /** Of any tenants at once. */
  async noteAnnounced(
    tx: EntityManager,
    dues: readonly (CohortKey & { readonly kind: DueKind; readonly dueAt: Date })[],
  ): Promise<void> {
    await tx.query(
      'SELECT note_announced($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])',
      [...columns(dues), dues.map(({ kind }) => kind), dues.map(({ dueAt }) => dueAt.toISOString())],
    );
  }
}

function columns(keys: readonly CohortKey[]): string[][] {
  return [
    keys.map(({ tenantId }) => tenantId),
    keys.map(({ couponId }) => couponId),
    keys.map(({ cohort }) => cohort),
  ];
}
