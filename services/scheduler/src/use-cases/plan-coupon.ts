import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { changesTo, planOf } from '../domain/plan.js';
import { attemptCap } from '../domain/wake-up.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { DueStore } from '../store/due.store.js';

@Injectable()
export class PlanCoupon {
  constructor(
    private readonly schedules: CouponScheduleStore,
    private readonly dues: DueStore,
  ) {}

  /** Brings the coupon's due instants to its newest snapshot; an older one changes nothing. */
  async run(tx: EntityManager, { envelope, data }: EventOf<'catalog.coupon.v1'>): Promise<void> {
    const { tenantId } = envelope;
    const { couponId, version } = data;
    if (!(await this.schedules.takeOver(tx, tenantId, couponId, version))) return;
    const announced = await this.schedules.announced(tx, tenantId, couponId);
    for (const change of changesTo(planOf(data), announced)) {
      if (change.to === 'set') await this.dues.set(tx, tenantId, couponId, change, attemptCap);
      else await this.dues.remove(tx, tenantId, couponId, change.kind);
    }
  }
}
