import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Cohort } from '../domain/occurrence.js';
import { attemptCap } from '../domain/wake-up.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { DueStore } from '../store/due.store.js';
import { duesOf } from './dues-of.js';

@Injectable()
export class PlanCohorts {
  constructor(
    private readonly schedules: CouponScheduleStore,
    private readonly dues: DueStore,
  ) {}

  /**
   * Plans the instants of cohorts of a coupon; those that are known are planned anew with what they reckon with now. In a
   * transaction of the tenant. A coupon that is not known, or has finished, has none.
   */
  async run(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    cohorts: readonly Cohort[],
  ): Promise<void> {
    const known = await this.schedules.lock(tx, tenantId, couponId);
    if (known === undefined) return;
    await this.schedules.putCohorts(tx, tenantId, couponId, cohorts);
    const names = new Set(cohorts.map(({ name }) => name));
    const states = await this.schedules.cohorts(tx, tenantId, couponId);
    const planned = states
      .filter(({ cohort }) => names.has(cohort.name))
      .flatMap((cohort) => duesOf({ tenantId, couponId, coupon: known.coupon, ...cohort }, known.now));
    await this.dues.set(tx, planned, attemptCap);
  }
}
