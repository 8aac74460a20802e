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
}

/** `pending_message`: a work queue across tenants, claimed with a lease that is simply a later `due_at`. */
@Injectable()
export class PendingMessageStore {
  /** Does nothing when it is already there. */
  async add(tx: EntityManager, pending: PendingMessage, lookAgainInMs: number): Promise<void> {
    await tx.query(
      `INSERT INTO pending_message (tenant_id, cause_id, kind, user_id, channel_id, coupon_id, coupon_version,
                                    correlation_id, causation_id, received_at, due_at)
       SELECT $1, $2, 'coupon_redeemed', $3, $4, $5, $6, $7, $8, now, now + $9 * interval '1 millisecond'
       FROM octopus_now() AS now
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

  /** Takes up to `limit` due ones for `leaseMs`; nobody else gets them meanwhile. */
  claimDue(tx: EntityManager, limit: number, leaseMs: number): Promise<ClaimedMessage[]> {
    return claim(tx, 'due_at <= (SELECT octopus_now())', [limit, leaseMs]);
  }

  /** Takes what waits for one coupon, due or not: its text has just arrived. Leased ones are left to their holder. */
  claimForCoupon(
    tx: EntityManager,
    coupon: { tenantId: string; couponId: string; version: number },
    limit: number,
    leaseMs: number,
  ): Promise<ClaimedMessage[]> {
    const where = 'tenant_id = $3 AND coupon_id = $4 AND coupon_version <= $5 AND NOT leased';
    return claim(tx, where, [limit, leaseMs, coupon.tenantId, coupon.couponId, coupon.version]);
  }

  /** Gives a claimed one back, to be looked at again later. */
  async postpone(
    tx: EntityManager,
    { tenantId, redemptionId }: PendingMessage,
    lookAgainInMs: number,
    lateReported: boolean,
  ): Promise<void> {
    await tx.query(
      `UPDATE pending_message
       SET due_at = octopus_now() + $3 * interval '1 millisecond', leased = false, late_reported = $4
       WHERE tenant_id = $1 AND cause_id = $2 AND kind = 'coupon_redeemed'`,
      [tenantId, redemptionId, lookAgainInMs, lateReported],
    );
  }

  async remove(tx: EntityManager, { tenantId, redemptionId }: PendingMessage): Promise<void> {
    await tx.query(
      `DELETE FROM pending_message WHERE tenant_id = $1 AND cause_id = $2 AND kind = 'coupon_redeemed'`,
      [tenantId, redemptionId],
    );
  }

  /** For the metrics: how many wait, and for how long the oldest has, in seconds. */
  async backlog(tx: EntityManager): Promise<{ waiting: number; oldestSeconds: number }> {
    const rows: { waiting: string; oldest: string | null }[] = await tx.query(
      `SELECT count(*) AS waiting, extract(epoch FROM octopus_now() - min(received_at)) AS oldest
       FROM pending_message`,
    );
    return { waiting: Number(rows[0]?.waiting ?? 0), oldestSeconds: Number(rows[0]?.oldest ?? 0) };
  }
}

async function claim(tx: EntityManager, where: string, parameters: unknown[]): Promise<ClaimedMessage[]> {
  // An UPDATE's answer from TypeORM is [rows, count].
  const [rows]: [ClaimedRow[], number] = await tx.query(
    // Materialized: as a plain subquery it could be run again per row, and take more than the limit.
    `WITH taken AS MATERIALIZED (
       SELECT tenant_id, cause_id, kind FROM pending_message WHERE ${where}
       ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE pending_message AS pending
     SET due_at = octopus_now() + $2 * interval '1 millisecond', leased = true
     FROM taken
     WHERE (pending.tenant_id, pending.cause_id, pending.kind) = (taken.tenant_id, taken.cause_id, taken.kind)
     RETURNING pending.*, extract(epoch FROM octopus_now() - pending.received_at) * 1000 AS waited_ms`,
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
}
