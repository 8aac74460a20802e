import { type Principal, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { CouponStore } from '../store/coupon.store.js';

@Injectable()
export class LockOwnedCoupon {
  constructor(private readonly coupons: CouponStore) {}

  /**
   * The coupon, locked until the transaction ends. Somebody else's is answered like none: its existence is nobody's
   * business.
   * @throws ProblemError coupon_not_found
   */
  async run(tx: EntityManager, { tenantId, channels }: Principal, couponId: string): Promise<Coupon> {
    const coupon = await this.coupons.lock(tx, tenantId, couponId);
    if (coupon === null || !channels.includes(coupon.channelId)) throw new ProblemError('coupon_not_found');
    return coupon;
  }
}
