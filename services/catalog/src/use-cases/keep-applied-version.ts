import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CouponUsageStore } from '../store/coupon-usage.store.js';

@Injectable()
export class KeepAppliedVersion {
  constructor(private readonly usage: CouponUsageStore) {}

  /** Until redemption has taken a version over, the coupon shows as taking effect. */
  async run(tx: EntityManager, { envelope, data }: EventOf<'redemption.coupon-applied.v1'>): Promise<void> {
    await this.usage.keepAppliedVersion(tx, envelope.tenantId, data.couponId, data.version);
  }
}
