import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import type { AutoCoupon } from '../domain/surroundings.js';
import { CouponEntity } from './coupon.entity.js';

@Injectable()
export class CouponStore {
  async insert(tx: EntityManager, tenantId: string, coupon: Coupon): Promise<void> {
    await tx.insert(CouponEntity, { tenantId, ...columnsOf(coupon) });
  }

  /** The coupon, locked until the transaction ends: whoever changes a coupon begins here. */
  async lock(tx: EntityManager, tenantId: string, couponId: string): Promise<Coupon | null> {
    const row = await tx.findOne(CouponEntity, {
      where: { tenantId, couponId },
      lock: { mode: 'pessimistic_write' },
    });
    if (row === null) return null;
    const { tenantId: _, ...coupon } = row;
    return coupon;
  }

  async replace(tx: EntityManager, tenantId: string, coupon: Coupon): Promise<void> {
    const { couponId, ...fields } = columnsOf(coupon);
    await tx.update(CouponEntity, { tenantId, couponId }, fields);
  }

  async remove(tx: EntityManager, tenantId: string, couponId: string): Promise<void> {
    await tx.delete(CouponEntity, { tenantId, couponId });
  }

  /**
   * Those automatic coupons that take and give points and are not over, once nobody else can publish another: whoever
   * is about to publish one waits here until the one before has committed. Call it with the coupon's own row locked.
   */
  async lockAutoCoupons(tx: EntityManager, tenantId: string): Promise<AutoCoupon[]> {
    // A statement of its own: the one that reads must see what was committed while this one waited.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('auto-coupons/' || $1, 0))", [tenantId]);
    return tx.query(
      `SELECT coupon_id AS "couponId", name, price ->> 'pointNameId' AS takes, bonus ->> 'pointNameId' AS gives
       FROM coupon
       WHERE tenant_id = $1 AND type = 'auto' AND status IN ('scheduled', 'active', 'disabled')
         AND price IS NOT NULL AND bonus IS NOT NULL AND (end_at IS NULL OR end_at > octopus_now())`,
      [tenantId],
    );
  }
}

/** TypeORM takes no list that is read-only. */
function columnsOf(coupon: Coupon): Omit<Coupon, 'levelIds'> & { levelIds: string[] } {
  return { ...coupon, levelIds: [...coupon.levelIds] };
}
