import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type DueKind, kinds } from '../domain/kinds.js';
import type { PlannedDue } from '../domain/plan.js';
import type { CohortKey } from './coupon-schedule.store.js';

/** An instant that one replica alone may announce, until its lease ends. */
export interface ClaimedDue extends CohortKey {
  readonly kind: DueKind;
  readonly dueAt: Date;
  /** 1 for the first attempt. */
  readonly attempts: number;
}

/** An instant taken out of the queue, as it stood there when it was. */
export interface TakenDue extends ClaimedDue {
  readonly data: PlannedDue['data'];
  /** Nobody need be told of it any more. */
  readonly lapsed: boolean;
  /** By the database's clock. */
  readonly takenAt: Date;
  /** Milliseconds since it could be known, which is when it came or when it was planned, if that was later. */
  readonly lateMs: number;
}

export interface ClaimTerms {
  /** Names this claim; only its holder can take the rows out. */
  readonly lease: string;
  readonly leaseMs: number;
  readonly attemptCap: number;
  readonly limit: number;
}

export type NewDue = CohortKey & PlannedDue;

/** Rows of kinds that a newer release knows are left to its replicas. */
const knownKinds = Object.keys(kinds);

/** Of one cohort of a coupon only the first row counts; one that is parked holds nothing up. */
function isNext(attemptCap: string): string {
  return `NOT EXISTS (
    SELECT 1 FROM due earlier
    WHERE earlier.tenant_id = due.tenant_id AND earlier.coupon_id = due.coupon_id AND earlier.cohort = due.cohort
      AND (earlier.due_at, earlier.rank) < (due.due_at, due.rank) AND earlier.attempts < ${attemptCap})`;
}

/** Asked when nothing can be claimed; what there is beyond them is seen at the next tick. */
const OVERDUE_SEEN = 1_000;

const isClaimed = `
  due.tenant_id = claimed.tenant_id AND due.coupon_id = claimed.coupon_id AND due.cohort = claimed.cohort
  AND due.kind = claimed.kind`;

/** The queue of instants to come, over all tenants: at most one per coupon, cohort and kind. */
@Injectable()
export class DueStore {
  /** An unchanged instant keeps its claim; a changed one, or one that was parked, begins afresh. */
  async set(tx: EntityManager, dues: readonly NewDue[], attemptCap: number): Promise<void> {
    if (dues.length === 0) return;
    await tx.query(
      `INSERT INTO due AS stored (tenant_id, coupon_id, cohort, kind, rank, due_at, lapses_at, data)
       SELECT "tenantId", "couponId", cohort, kind, rank, to_timestamp("dueAt" / 1000), to_timestamp("lapsesAt" / 1000), data
         FROM jsonb_to_recordset($1) AS new ("tenantId" uuid, "couponId" uuid, cohort text, kind text, rank smallint,
                                             "dueAt" numeric, "lapsesAt" numeric, data jsonb)
       ON CONFLICT (tenant_id, coupon_id, cohort, kind) DO UPDATE
         SET due_at = excluded.due_at, rank = excluded.rank, lapses_at = excluded.lapses_at, data = excluded.data,
             set_at = excluded.set_at, attempts = 0, lease = NULL, not_before = 'epoch'
       WHERE (stored.due_at, stored.lapses_at, stored.data)
             IS DISTINCT FROM (excluded.due_at, excluded.lapses_at, excluded.data)
          OR stored.attempts >= $2`,
      [JSON.stringify(dues), attemptCap],
    );
  }

  /** Removes what the coupon has besides these. */
  async keepOnly(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    kept: readonly Pick<NewDue, 'cohort' | 'kind'>[],
  ): Promise<void> {
    await tx.query(
      `DELETE FROM due WHERE tenant_id = $1 AND coupon_id = $2
         AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS kept (cohort, kind)
                          WHERE kept.cohort = due.cohort AND kept.kind = due.kind)`,
      [tenantId, couponId, kept.map(({ cohort }) => cohort), kept.map(({ kind }) => kind)],
    );
  }

  /**
   * Claims what is due, oldest first. Of one cohort never more than the first: a coupon's end is not announced before its
   * start, whichever replicas take them.
   */
  async claim(tx: EntityManager, { lease, leaseMs, attemptCap, limit }: ClaimTerms): Promise<ClaimedDue[]> {
    // The sub-select is evaluated once, so that the index on due_at serves; a bare volatile function would not let it.
    const rows: [ClaimedDue[], number] = await tx.query(
      `WITH claimed AS MATERIALIZED (
         SELECT tenant_id, coupon_id, cohort, kind FROM due
         WHERE due_at <= (SELECT octopus_now()) AND attempts < $3 AND not_before <= clock_timestamp()
           AND kind = ANY ($5) AND ${isNext('$3')}
         ORDER BY due_at
         LIMIT $4
         FOR UPDATE SKIP LOCKED
       )
       UPDATE due
       SET lease = $1, attempts = due.attempts + 1,
           not_before = clock_timestamp() + $2 * interval '1 millisecond'
       FROM claimed
       WHERE ${isClaimed}
       RETURNING due.tenant_id AS "tenantId", due.coupon_id AS "couponId", due.cohort, due.kind,
                 due.due_at AS "dueAt", due.attempts`,
      [lease, leaseMs, attemptCap, limit, knownKinds],
    );
    return rows[0].sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  }

  /**
   * Takes claimed rows out of the queue.
   * @returns those that were still held under the lease, oldest first, as they stand now
   */
  async take(tx: EntityManager, claimed: readonly ClaimedDue[], lease: string): Promise<TakenDue[]> {
    const rows: [(TakenDue & { rank: number })[], number] = await tx.query(
      `DELETE FROM due
       USING unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS claimed (tenant_id, coupon_id, cohort, kind)
       WHERE ${isClaimed} AND due.lease = $5
       RETURNING due.tenant_id AS "tenantId", due.coupon_id AS "couponId", due.cohort, due.kind, due.rank,
                 due.due_at AS "dueAt", due.attempts, due.data,
                 coalesce(due.lapses_at <= octopus_now(), false) AS lapsed, octopus_now()::timestamptz(3) AS "takenAt",
                 extract(epoch FROM octopus_now() - greatest(due.due_at, due.set_at))::float8 * 1000 AS "lateMs"`,
      [...columns(claimed), lease],
    );
    return rows[0].sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.rank - b.rank);
  }

  /**
   * Gives claimed rows back; nobody may claim them for `pauseMs`.
   * @param counted false = the failure was not the rows' own (a server was away): it is not held against them
   */
  async giveBack(
    tx: EntityManager,
    claimed: readonly ClaimedDue[],
    lease: string,
    { pauseMs, counted }: { pauseMs: number; counted: boolean },
  ): Promise<void> {
    await tx.query(
      `UPDATE due SET lease = NULL, attempts = attempts - $7,
                      not_before = clock_timestamp() + $6 * interval '1 millisecond'
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS claimed (tenant_id, coupon_id, cohort, kind)
       WHERE ${isClaimed} AND lease = $5`,
      [...columns(claimed), lease, pauseMs, counted ? 0 : 1],
    );
  }

  /**
   * Milliseconds until something can be claimed next, negative if something is overdue; null = nothing within
   * `horizonMs`.
   */
  async untilNextMs(
    tx: EntityManager,
    { attemptCap, horizonMs }: { attemptCap: number; horizonMs: number },
  ): Promise<number | null> {
    const rows: { untilMs: number | null }[] = await tx.query(
      // By two walks along the index on due_at: of what has come, some that wait for a lease or a pause to end; of what is to
      // come, the first.
      `WITH overdue AS MATERIALIZED (
         SELECT not_before FROM due
         WHERE due_at <= (SELECT octopus_now()) AND attempts < $1 AND kind = ANY ($3) AND ${isNext('$1')}
         ORDER BY due_at LIMIT ${OVERDUE_SEEN}
       ), coming AS MATERIALIZED (
         SELECT due_at FROM due
         WHERE due_at > (SELECT octopus_now()) AND due_at <= (SELECT octopus_now()) + $2 * interval '1 millisecond'
           AND attempts < $1 AND kind = ANY ($3)
         ORDER BY due_at LIMIT 1
       )
       SELECT 1000 * least((SELECT extract(epoch FROM min(not_before) - clock_timestamp()) FROM overdue),
                           (SELECT extract(epoch FROM due_at - octopus_now()) FROM coming))::float8 AS "untilMs"`,
      [attemptCap, horizonMs, knownKinds],
    );
    return rows[0]?.untilMs ?? null;
  }

  /** Seconds for which the oldest instant that is overdue could have been announced; 0 = none is. */
  async lagSeconds(tx: EntityManager): Promise<number> {
    const rows: { lag: number }[] = await tx.query(
      `SELECT greatest(0, extract(epoch FROM octopus_now() - greatest(due_at, set_at)))::float8 AS lag
       FROM due WHERE due_at <= (SELECT octopus_now()) ORDER BY due_at LIMIT 1`,
    );
    return rows[0]?.lag ?? 0;
  }

  /** How many overdue rows have failed too often to be claimed again. */
  async parked(tx: EntityManager, attemptCap: number): Promise<number> {
    const rows: { parked: number }[] = await tx.query(
      `SELECT count(*)::int AS parked FROM due
       WHERE due_at <= (SELECT octopus_now()) AND attempts >= $1`,
      [attemptCap],
    );
    return rows[0]?.parked ?? 0;
  }
}

function columns(claimed: readonly ClaimedDue[]): string[][] {
  return [
    claimed.map(({ tenantId }) => tenantId),
    claimed.map(({ couponId }) => couponId),
    claimed.map(({ cohort }) => cohort),
    claimed.map(({ kind }) => kind),
  ];
}
