import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Stock } from '../domain/coupon.js';

/** One coupon counted in three ways, all as of one instant. */
export interface CouponCount {
  readonly couponId: string;
  readonly stock: Stock;
  readonly redemptions: number;
  readonly uses: number;
}

/** Whole numbers come as text: they may be larger than a JSON number carries. */
interface CountRow {
  readonly coupon_id: string;
  readonly redeemed: string;
  readonly max: string | null;
  readonly finished: boolean;
  readonly rev: string;
  readonly redemptions: string;
  readonly uses: string;
}

/** Which revision of each coupon's numbers has been proven. */
@Injectable()
export class CouponCheckStore {
  /** Coupons whose numbers have changed since they were checked, longest unchecked first. */
  async unchecked(tx: EntityManager, tenantId: string, limit: number): Promise<string[]> {
    const rows = await tx.query<{ coupon_id: string }[]>(
      `SELECT c.coupon_id FROM coupon c
         LEFT JOIN coupon_check k ON k.tenant_id = c.tenant_id AND k.coupon_id = c.coupon_id
        WHERE c.tenant_id = $1 AND k.checked_rev IS DISTINCT FROM c.rev
        ORDER BY k.checked_at NULLS FIRST LIMIT $2`,
      [tenantId, limit],
    );
    return rows.map(({ coupon_id }) => coupon_id);
  }

  /** In one statement, hence in one snapshot: a batch that commits meanwhile is in all three or in none. */
  async count(tx: EntityManager, tenantId: string, couponIds: readonly string[]): Promise<CouponCount[]> {
    const rows = await tx.query<CountRow[]>(
      `SELECT c.coupon_id, c.redeemed, c.max, c.finished, c.rev,
              (SELECT count(*) FROM redemption r WHERE r.tenant_id = $1 AND r.coupon_id = c.coupon_id) AS redemptions,
              (SELECT coalesce(sum(u.uses), 0) FROM coupon_usage u
                WHERE u.tenant_id = $1 AND u.coupon_id = c.coupon_id) AS uses
         FROM coupon c WHERE c.tenant_id = $1 AND c.coupon_id = ANY ($2)`,
      [tenantId, couponIds],
    );
    return rows.map((row) => ({
      couponId: row.coupon_id,
      stock: {
        redeemed: Number(row.redeemed),
        max: row.max === null ? null : Number(row.max),
        finished: row.finished,
        revision: Number(row.rev),
      },
      redemptions: Number(row.redemptions),
      uses: Number(row.uses),
    }));
  }

  async markChecked(tx: EntityManager, tenantId: string, counts: readonly CouponCount[]): Promise<void> {
    await tx.query(
      `INSERT INTO coupon_check (tenant_id, coupon_id, checked_rev, checked_at)
       SELECT $1, c.coupon_id, c.rev, clock_timestamp()
         FROM unnest($2::uuid[], $3::bigint[]) AS c (coupon_id, rev) ORDER BY c.coupon_id
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET checked_rev = excluded.checked_rev, checked_at = excluded.checked_at`,
      [tenantId, counts.map(({ couponId }) => couponId), counts.map(({ stock }) => stock.revision)],
    );
  }
}
