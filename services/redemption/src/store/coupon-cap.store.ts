import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponStatus } from '#contracts';
import type { Coupon, Stock } from '../domain/coupon.js';

/** What a change of the cap is decided on, the coupon's row being locked. */
export type LockedCoupon = Pick<Coupon, 'status' | 'endAt' | 'stock' | 'perUserCap'>;

interface Row {
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
  async lock(tx: EntityManager, tenantId: string, couponId: string): Promise<LockedCoupon | undefined> {
    const [row] = await tx.query<Row[]>(
      `SELECT status, end_at, per_user_cap, redeemed, max, finished, rev FROM coupon
        WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE`,
      [tenantId, couponId],
    );
    if (row === undefined) return undefined;
    return {
      status: row.status,
      endAt: row.end_at?.getTime() ?? null,
      perUserCap: numberOf(row.per_user_cap),
      stock: {
        redeemed: Number(row.redeemed),
        max: numberOf(row.max),
        finished: row.finished,
        revision: Number(row.rev),
      },
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

  async put(tx: EntityManager, tenantId: string, couponId: string, stock: Stock): Promise<void> {
    await tx.query(
      'UPDATE coupon SET max = $3, finished = $4, rev = $5 WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId, stock.max, stock.finished, stock.revision],
    );
  }
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
