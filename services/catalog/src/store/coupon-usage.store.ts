import type { CouponStock } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What redemption has told about each coupon. */
@Injectable()
export class CouponUsageStore {
  /**
   * Stock is absolute: the one with the highest revision is right, in whatever order they arrive. What is stale does not
   * even touch the row: all redemptions of a coupon meet there.
   */
  async keepStock(tx: EntityManager, tenantId: string, couponId: string, stock: CouponStock): Promise<void> {
    await tx.query(
      `INSERT INTO coupon_usage AS stored (tenant_id, coupon_id, stock_revision, redeemed, max_redemptions)
       SELECT $1, $2, $3, $4, $5
       WHERE NOT EXISTS (
         SELECT FROM coupon_usage WHERE tenant_id = $1 AND coupon_id = $2 AND stock_revision >= $3
       )
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET
         stock_revision = excluded.stock_revision, redeemed = excluded.redeemed,
         max_redemptions = excluded.max_redemptions
       WHERE stored.stock_revision < excluded.stock_revision`,
      [tenantId, couponId, stock.revision, stock.redeemed, stock.max],
    );
  }

  async keepAppliedVersion(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    version: number,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO coupon_usage AS stored (tenant_id, coupon_id, applied_version) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET applied_version = excluded.applied_version
       WHERE stored.applied_version < excluded.applied_version`,
      [tenantId, couponId, version],
    );
  }
}
