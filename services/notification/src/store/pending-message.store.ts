import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A redemption whose message cannot be written yet. Ids only; the words are looked up when the message is written. */
export interface PendingMessage {
  tenantId: string;
  redemptionId: string;
  userId: string;
  channelId: string;
  couponId: string;
  couponVersion: number;
  correlationId: string;
  /** Id of the fact that told of the redemption. */
  causationId: string;
}

export interface ClaimedMessage extends PendingMessage {
  /** Milliseconds since the redemption was heard of. */
  waitedMs: number;
  lateReported: boolean;
  /** 1 for the first look. */
  attempts: number;
}

/** How a claimed message is given back. */
export interface GiveBack {
  /** null = parked: nobody looks again until its coupon's text comes. */
  lookAgainInMs: number | null;
  /** false = the look is not held against it. */
  counted: boolean;
  lateReported: boolean;
}

/**
 * `pending_message`: a work queue across tenants, claimed with a lease that is simply a later `due_at`. Its times are the
 * server's real ones: shifting the clock of decisions must not end leases.
 */
@Injectable()
export class PendingMessageStore {
  /** Does nothing when it is already there. */
  async add(tx: EntityManager, pending: PendingMessage, lookAgainInMs: number): Promise<void> {
    await tx.query(
      `INSERT INTO pending_message (tenant_id, cause_id, kind, user_id, channel_id, coupon_id, coupon_version,
                                    correlation_id, causation_id, received_at, due_at)
       SELECT $1, $2, 'coupon_redeemed', $3, $4, $5, $6, $7, $8, now, now + $9 * interval '1 millisecond'
       FROM clock_timestamp() AS now
       ON CONFLICT (tenant_id, cause_id, kind) DO NOTHING`,
      [
        pending.tenantId,
        pending.redemptionId,
        pending.userId,
        pending.channelId,
        pending.couponId,
        pending.couponVersion,
        pending.correlationId,
        pending.causationId,
        lookAgainInMs,
      ],
    );
  }

  /** Takes up to `limit` due ones for `leaseMs`; nobody else gets them meanwhile. Parked ones are left. */
  claimDue(
    tx: EntityManager,
    { limit, leaseMs, attemptCap }: { limit: number; leaseMs: number; attemptCap: number },
  ): Promise<ClaimedMessage[]> {
    const where = 'due_at <= (SELECT clock_timestamp()) AND attempts < $3';
    return claim(tx, where, 'pending.attempts + 1', [limit, leaseMs, attemptCap]);
  }

  /**
   * Takes what waits for one coupon, due or not, parked or not: its text has just arrived. Leased ones are left to their
   * holder, who may have looked a moment too early: given back, they are due at once.
   */
  async claimForCoupon(
    tx: EntityManager,
    coupon: { tenantId: string; couponId: string; version: number },
    limit: number,
    leaseMs: number,
  ): Promise<ClaimedMessage[]> {
    const about = 'tenant_id = $3 AND coupon_id = $4 AND coupon_version <= $5';
    const given = [coupon.tenantId, coupon.couponId, coupon.version];
    await tx.query(
      `UPDATE pending_message SET attempts = 0
       WHERE tenant_id = $1 AND coupon_id = $2 AND coupon_version <= $3 AND leased AND attempts > 0`,
      given,
    );
    return claim(tx, `${about} AND NOT leased`, '1', [limit, leaseMs, ...given]);
  }

  /** Gives a claimed one back, to be looked at again later; at once if its text came while it was held. */
  async postpone(
    tx: EntityManager,
    { tenantId, redemptionId }: PendingMessage,
    { lookAgainInMs, counted, lateReported }: GiveBack,
  ): Promise<void> {
    await tx.query(
      `UPDATE pending_message
       SET due_at = CASE
             WHEN attempts = 0 THEN clock_timestamp()
             ELSE coalesce(clock_timestamp() + $3 * interval '1 millisecond', 'infinity')
           END,
           attempts = greatest(0, attempts - $4::integer), leased = false, late_reported = $5
       WHERE tenant_id = $1 AND cause_id = $2 AND kind = 'coupon_redeemed'`,
      [tenantId, redemptionId, lookAgainInMs, counted ? 0 : 1, lateReported],
    );
  }

  /** @returns false when it is not there (any more) */
  async remove(
    tx: EntityManager,
    { tenantId, redemptionId }: Pick<PendingMessage, 'tenantId' | 'redemptionId'>,
  ): Promise<boolean> {
    // A DELETE's answer from TypeORM is [rows, count].
    const [, count]: [unknown[], number] = await tx.query(
      `DELETE FROM pending_message WHERE tenant_id = $1 AND cause_id = $2 AND kind = 'coupon_redeemed'`,
      [tenantId, redemptionId],
    );
    return count === 1;
  }

  /** For the metrics. */
  async backlog(tx: EntityManager, attemptCap: number): Promise<Backlog> {
    const rows: { waiting: string; parked: string; oldest: string | null }[] = await tx.query(
      `SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts >= $1) AS parked,
              extract(epoch FROM clock_timestamp() - min(received_at)) AS oldest
       FROM pending_message`,
      [attemptCap],
    );
    const [row] = rows;
    return {
      waiting: Number(row?.waiting ?? 0),
      parked: Number(row?.parked ?? 0),
      oldestSeconds: Number(row?.oldest ?? 0),
    };
  }
}

/** How many redemptions wait for their message, the parked ones among them, and for how long the oldest has. */
export interface Backlog {
  waiting: number;
  parked: number;
  oldestSeconds: number;
}

async function claim(
  tx: EntityManager,
  where: string,
  attempts: string,
  parameters: unknown[],
): Promise<ClaimedMessage[]> {
  // An UPDATE's answer from TypeORM is [rows, count].
  const [rows]: [ClaimedRow[], number] = await tx.query(
    // Materialized: as a plain subquery it could be run again per row, and take more than the limit.
    `WITH taken AS MATERIALIZED (
       SELECT tenant_id, cause_id, kind FROM pending_message WHERE ${where}
       ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE pending_message AS pending
     SET due_at = clock_timestamp() + $2 * interval '1 millisecond', leased = true, attempts = ${attempts}
     FROM taken
     WHERE (pending.tenant_id, pending.cause_id, pending.kind) = (taken.tenant_id, taken.cause_id, taken.kind)
     RETURNING pending.*, extract(epoch FROM clock_timestamp() - pending.received_at) * 1000 AS waited_ms`,
    parameters,
  );
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    redemptionId: row.cause_id,
    userId: row.user_id,
    channelId: row.channel_id,
    couponId: row.coupon_id,
    couponVersion: Number(row.coupon_version),
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    waitedMs: Number(row.waited_ms),
    lateReported: row.late_reported,
    attempts: row.attempts,
  }));
}

interface ClaimedRow {
  tenant_id: string;
  cause_id: string;
  user_id: string;
  channel_id: string;
  coupon_id: string;
  coupon_version: string;
  correlation_id: string;
  causation_id: string;
  waited_ms: string;
  late_reported: boolean;
  attempts: number;
}
