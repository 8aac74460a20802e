import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CouponUsageStore } from '../store/coupon-usage.store.js';

@Injectable()
export class KeepStock {
  constructor(private readonly usage: CouponUsageStore) {}

  /** Keeps how much of the coupon is used up: every redemption and every void says it absolutely. */
  async run(tx: EntityManager, { envelope, data }: EventOf<'redemption.redemption.v1'>): Promise<void> {
    await this.usage.keepStock(tx, envelope.tenantId, data.couponId, data.stock);
  }
}
