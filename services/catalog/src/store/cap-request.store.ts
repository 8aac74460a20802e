import type { CapRequestView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

type Row = Omit<CapRequestView, 'requestedAt' | 'decidedAt'> & { requestedAt: Date; decidedAt: Date | null };

/** Redemption's answer to a request. */
export interface CapAnswer {
  readonly state: 'applied' | 'refused';
  readonly reason: CapRequestView['reason'];
  readonly decidedAt: string;
}

/** Wishes for another cap, and what became of them. */
@Injectable()
export class CapRequestStore {
  async insert(tx: EntityManager, tenantId: string, request: CapRequestView, by: string): Promise<void> {
    const { requestId, couponId, maxRedemptions, state, requestedAt } = request;
    await tx.query(
      `INSERT INTO cap_request (tenant_id, request_id, coupon_id, max_redemptions, state, requested_by, requested_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [tenantId, requestId, couponId, maxRedemptions, state, by, requestedAt],
    );
  }

  /** Keeps the first answer. Gives who had asked; null where the request is not here, or was answered before. */
  async answer(
    tx: EntityManager,
    tenantId: string,
    requestId: string,
    answer: CapAnswer,
  ): Promise<string | null> {
    const [rows]: [{ requested_by: string }[], number] = await tx.query(
      `UPDATE cap_request SET state = $3, reason = $4, decided_at = $5
       WHERE tenant_id = $1 AND request_id = $2 AND state = 'pending'
       RETURNING requested_by`,
      [tenantId, requestId, answer.state, answer.reason, answer.decidedAt],
    );
    return rows[0]?.requested_by ?? null;
  }

  async find(
    tx: EntityManager,
    tenantId: string,
    { couponId, requestId }: { couponId: string; requestId: string },
  ): Promise<CapRequestView | null> {
    const rows: Row[] = await tx.query(
      `SELECT request_id AS "requestId", coupon_id AS "couponId", max_redemptions AS "maxRedemptions", state, reason,
              state = 'pending' AND requested_at < octopus_now() - interval '2 minutes' AS overdue,
              requested_at AS "requestedAt", decided_at AS "decidedAt"
       FROM cap_request WHERE tenant_id = $1 AND request_id = $2 AND coupon_id = $3`,
      [tenantId, requestId, couponId],
    );
    const [row] = rows;
    return (
      (row && {
        ...row,
        requestedAt: row.requestedAt.toISOString(),
        decidedAt: row.decidedAt?.toISOString() ?? null,
      }) ??
      null
    );
  }
}
