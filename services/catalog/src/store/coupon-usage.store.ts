import type { CouponStock } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What some facts say of one coupon together. */
export interface ToldUsage {
  readonly stock: CouponStock;
  readonly uniqueUsersChange: number;
}

/** What redemption has told about each coupon. */
@Injectable()
export class CouponUsageStore {
  keepStock(tx: EntityManager, tenantId: string, couponId: string, stock: CouponStock): Promise<void> {
    return this.keep(tx, tenantId, new Map([[couponId, { stock, uniqueUsersChange: 0 }]]));
  }

  /**
   * Stock is absolute: the one with the highest revision is right, in whatever order they arrive. What is stale and
   * changes no number of users does not even touch the row: all redemptions of a coupon meet there. Rows are locked in
   * the order of the coupons' ids.
   */
  async keep(tx: EntityManager, tenantId: string, told: ReadonlyMap<string, ToldUsage>): Promise<void> {
    const usages = [...told.values()];
    await tx.query(
      `INSERT INTO coupon_usage AS stored
         (tenant_id, coupon_id, stock_revision, redeemed, max_redemptions, unique_users)
       SELECT $1, told.* FROM unnest($2::uuid[], $3::bigint[], $4::integer[], $5::integer[], $6::integer[])
         AS told (coupon_id, stock_revision, redeemed, max_redemptions, unique_users)
       WHERE told.unique_users <> 0 OR NOT EXISTS (
         SELECT FROM coupon_usage known WHERE known.tenant_id = $1 AND known.coupon_id = told.coupon_id
           AND known.stock_revision >= told.stock_revision
       )
       ORDER BY told.coupon_id
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET
         (stock_revision, redeemed, max_redemptions) = (
           SELECT kept.* FROM (VALUES
             (stored.stock_revision, stored.redeemed, stored.max_redemptions),
             (excluded.stock_revision, excluded.redeemed, excluded.max_redemptions)
           ) AS kept (revision, redeemed, max) ORDER BY revision DESC LIMIT 1),
         unique_users = stored.unique_users + excluded.unique_users
       WHERE stored.stock_revision < excluded.stock_revision OR excluded.unique_users <> 0`,
      [
        tenantId,
        [...told.keys()],
        usages.map(({ stock }) => stock.revision),
        usages.map(({ stock }) => stock.redeemed),
        usages.map(({ stock }) => stock.max),
        usages.map(({ uniqueUsersChange }) => uniqueUsersChange),
      ],
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
