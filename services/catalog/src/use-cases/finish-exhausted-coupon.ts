import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { exhausted } from '../domain/facts.js';
import { CouponUsageStore } from '../store/coupon-usage.store.js';
import { ChangeCouponByFact } from './change-coupon-by-fact.js';

@Injectable()
export class FinishExhaustedCoupon {
  constructor(
    private readonly changeCoupon: ChangeCouponByFact,
    private readonly usage: CouponUsageStore,
  ) {}

  /** Redemption decided that nothing is left: the coupon is finished, and so is its snapshot. */
  async run(tx: EntityManager, fact: EventOf<'redemption.coupon-exhausted.v1'>): Promise<void> {
    const { couponId, stock } = fact.data;
    await this.changeCoupon.run(tx, fact, couponId, exhausted);
    await this.usage.keepStock(tx, fact.envelope.tenantId, couponId, stock);
  }
}
