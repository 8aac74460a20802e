import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { CouponEntity } from './coupon.entity.js';

@Injectable()
export class CouponStore {
  async insert(tx: EntityManager, tenantId: string, coupon: Coupon): Promise<void> {
    await tx.insert(CouponEntity, { tenantId, ...coupon });
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
    const { couponId, ...fields } = coupon;
    await tx.update(CouponEntity, { tenantId, couponId }, fields);
  }

  async remove(tx: EntityManager, tenantId: string, couponId: string): Promise<void> {
    await tx.delete(CouponEntity, { tenantId, couponId });
  }
}
