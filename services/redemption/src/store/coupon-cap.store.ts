import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponStatus } from '#contracts';
import type { CapState } from '../domain/cap-request.js';
import type { Stock } from '../domain/coupon.js';

interface Row {
  readonly trigger_id: string | null;
  readonly time_limit_seconds: string | null;
  readonly cap_requested_at: Date | null;
  readonly status: CouponStatus;
  readonly end_at: Date | null;
  readonly per_user_cap: string | null;
  readonly redeemed: string;
  readonly max: string | null;
  readonly finished: boolean;
  readonly rev: string;
}

/** The total cap of a coupon, which only redemption's own row holds. */
@Injectable()
export class CouponCapStore {
  /** Waits for the batch that is being decided. undefined = there is no such coupon yet. */
  async lock(tx: EntityManager, tenantId: string, couponId: string): Promise<CapState | undefined> {
    const [row] = await tx.query<Row[]>(
      `SELECT status, end_at, trigger_id, per_user_cap, time_limit_seconds, redeemed, max, finished, rev,
              cap_requested_at
         FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE`,
      [tenantId, couponId],
    );
    if (row === undefined) return undefined;
    // Read behind the lock, which a print takes too.
    const prints = await tx.query<unknown[]>(
      'SELECT FROM printed_code WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return {
      coupon: couponOf(row),
      isPrinted: prints.length > 0,
      newestAppliedAt: row.cap_requested_at?.getTime() ?? null,
    };
  }

  /** @returns when the request is decided, or undefined: it was answered before */
  async takeRequest(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    requestId: string,
  ): Promise<Date | undefined> {
    const rows = await tx.query<{ created_at: Date }[]>(
      `INSERT INTO cap_answer (tenant_id, request_id, coupon_id, created_at)
       VALUES ($1, $2, $3, octopus_now()) ON CONFLICT DO NOTHING RETURNING created_at`,
      [tenantId, requestId, couponId],
    );
    return rows[0]?.created_at;
  }

  /** @param requestedAt of the request that is applied, RFC 3339 */
  async put(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    { stock, requestedAt }: { stock: Stock; requestedAt: string },
  ): Promise<void> {
    await tx.query(
      `UPDATE coupon SET max = $3, finished = $4, rev = $5, cap_requested_at = $6
        WHERE tenant_id = $1 AND coupon_id = $2`,
      [tenantId, couponId, stock.max, stock.finished, stock.revision, requestedAt],
    );
  }
}

function couponOf(row: Row): CapState['coupon'] {
  const timeLimit = numberOf(row.time_limit_seconds);
  return {
    status: row.status,
    endAt: row.end_at?.getTime() ?? null,
    triggerId: row.trigger_id,
    perUserCap: numberOf(row.per_user_cap),
    timeLimitMs: timeLimit === null ? null : timeLimit * 1_000,
    stock: {
      redeemed: Number(row.redeemed),
      max: numberOf(row.max),
      finished: row.finished,
      revision: Number(row.rev),
    },
  };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
