import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DueKind } from '../domain/plan.js';

/** An instant that one replica alone may announce, until its lease ends. */
export interface ClaimedDue {
  readonly tenantId: string;
  readonly couponId: string;
  readonly kind: DueKind;
  readonly dueAt: Date;
  /** 1 for the first attempt. */
  readonly attempts: number;
}

export interface TakenDue extends ClaimedDue {
  /** By the database's clock. */
  readonly takenAt: Date;
  readonly lateMs: number;
}

export interface ClaimTerms {
  /** Names this claim; only its holder can take the rows out. */
  readonly lease: string;
  readonly leaseMs: number;
  readonly attemptCap: number;
  readonly limit: number;
}

/** Of one coupon only the oldest row counts; one that is parked holds nothing up. */
function isNext(attemptCap: string): string {
  return `NOT EXISTS (
    SELECT 1 FROM due earlier
    WHERE earlier.tenant_id = due.tenant_id AND earlier.coupon_id = due.coupon_id
      AND earlier.due_at < due.due_at AND earlier.attempts < ${attemptCap})`;
}

/** The queue of instants to come, over all tenants: at most one per coupon and kind. */
@Injectable()
export class DueStore {
  /** An unchanged instant keeps its claim; a new one, or one that was parked, begins afresh. */
  async set(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    due: { kind: DueKind; dueAt: Date },
    attemptCap: number,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO due AS stored (tenant_id, coupon_id, kind, due_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, coupon_id, kind) DO UPDATE
         SET due_at = excluded.due_at, attempts = 0, lease = NULL, not_before = 'epoch'
       WHERE stored.due_at <> excluded.due_at OR stored.attempts >= $5`,
      [tenantId, couponId, due.kind, due.dueAt, attemptCap],
    );
  }

  async remove(tx: EntityManager, tenantId: string, couponId: string, kind: DueKind): Promise<void> {
    await tx.query('DELETE FROM due WHERE tenant_id = $1 AND coupon_id = $2 AND kind = $3', [
      tenantId,
      couponId,
      kind,
    ]);
  }

  /**
   * Claims what is due, oldest first. Of one coupon never more than the oldest: its end is not announced before its
   * start, whichever replicas take them.
   */
  async claim(tx: EntityManager, { lease, leaseMs, attemptCap, limit }: ClaimTerms): Promise<ClaimedDue[]> {
    // The sub-select is evaluated once, so that the index on due_at serves; a bare volatile function would not let it.
    const rows: [ClaimedDue[], number] = await tx.query(
      `WITH ready AS MATERIALIZED (
         SELECT tenant_id, coupon_id, kind FROM due
         WHERE due_at <= (SELECT octopus_now()) AND attempts < $3 AND not_before <= clock_timestamp()
           AND ${isNext('$3')}
         ORDER BY due_at
         LIMIT $4
         FOR UPDATE SKIP LOCKED
       )
       UPDATE due
       SET lease = $1, attempts = due.attempts + 1,
           not_before = clock_timestamp() + $2 * interval '1 millisecond'
       FROM ready
       WHERE due.tenant_id = ready.tenant_id AND due.coupon_id = ready.coupon_id AND due.kind = ready.kind
       RETURNING due.tenant_id AS "tenantId", due.coupon_id AS "couponId", due.kind, due.due_at AS "dueAt",
                 due.attempts`,
      [lease, leaseMs, attemptCap, limit],
    );
    return rows[0].sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  }

  /**
   * Takes claimed rows out of the queue, all of one tenant, in a transaction of that tenant.
   * @returns those that were still held under the lease, oldest first, with when they were taken and how late
   */
  async take(
    tx: EntityManager,
    tenantId: string,
    claimed: readonly ClaimedDue[],
    lease: string,
  ): Promise<TakenDue[]> {
    const rows: [TakenDue[], number] = await tx.query(
      `DELETE FROM due USING unnest($2::uuid[], $3::text[]) AS claimed (coupon_id, kind)
       WHERE due.tenant_id = $1 AND due.coupon_id = claimed.coupon_id AND due.kind = claimed.kind
         AND due.lease = $4
       RETURNING due.tenant_id AS "tenantId", due.coupon_id AS "couponId", due.kind, due.due_at AS "dueAt",
                 due.attempts, octopus_now()::timestamptz(3) AS "takenAt",
                 extract(epoch FROM octopus_now() - due.due_at)::float8 * 1000 AS "lateMs"`,
      [tenantId, claimed.map(({ couponId }) => couponId), claimed.map(({ kind }) => kind), lease],
    );
    return rows[0].sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  }

  /**
   * Gives a claimed row back; nobody may claim it for `pauseMs`.
   * @param counted false = the failure was not the row's own (a server was away): the attempt is not held against it
   */
  async giveBack(
    tx: EntityManager,
    due: ClaimedDue,
    lease: string,
    { pauseMs, counted }: { pauseMs: number; counted: boolean },
  ): Promise<void> {
    await tx.query(
      `UPDATE due SET lease = NULL, attempts = attempts - $6,
                      not_before = clock_timestamp() + $5 * interval '1 millisecond'
       WHERE tenant_id = $1 AND coupon_id = $2 AND kind = $3 AND lease = $4`,
      [due.tenantId, due.couponId, due.kind, lease, pauseMs, counted ? 0 : 1],
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
      `SELECT 1000 * min(greatest(extract(epoch FROM due_at - octopus_now()),
                                  extract(epoch FROM not_before - clock_timestamp())))::float8 AS "untilMs"
       FROM due
       WHERE due_at <= (SELECT octopus_now()) + $2 * interval '1 millisecond' AND attempts < $1 AND ${isNext('$1')}`,
      [attemptCap, horizonMs],
    );
    return rows[0]?.untilMs ?? null;
  }

  /** Age of the oldest instant that is overdue, in seconds; 0 = none is. */
  async lagSeconds(tx: EntityManager): Promise<number> {
    const rows: { lag: number }[] = await tx.query(
      `SELECT greatest(0, extract(epoch FROM octopus_now() - due_at))::float8 AS lag
       FROM due ORDER BY due_at LIMIT 1`,
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
