import { Injectable } from '@nestjs/common';
import type { CouponSnapshot } from '#contracts';
import { type EventContext, Outbox } from '#platform';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { CouponStore } from '../store/coupon.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

/** A snapshot from catalog becomes the terms on which redemptions are decided, and catalog is told so. */
@Injectable()
export class TakeOverCoupon {
  constructor(
    private readonly coupons: CouponStore,
    private readonly tenantJobs: TenantJobStore,
    private readonly outbox: Outbox,
    private readonly memory: CouponMemory,
    private readonly gate: RedemptionGate,
  ) {}

  async run(context: EventContext, snapshot: CouponSnapshot): Promise<void> {
    const { tx, tenantId } = context;
    const appliedAt = await this.coupons.takeOver(tx, tenantId, snapshot);
    if (appliedAt === undefined) return;
    const { couponId, version } = snapshot;
    await this.tenantJobs.add(tx, tenantId, 'reconcile');
    const time = appliedAt.toISOString();
    await this.outbox.add(tx, {
      topic: 'redemption.coupon-applied.v1',
      name: 'coupon-applied',
      tenantId,
      key: couponId,
      subject: `coupon/${couponId}`,
      revision: version,
      time,
      data: { couponId, version, appliedAt: time },
    });
    context.afterCommit(() => this.spread(tenantId, couponId));
  }

  /** Other processes notice by themselves, at their next batch. */
  private async spread(tenantId: string, couponId: string): Promise<void> {
    const coupon = await this.memory.load(tenantId, couponId);
    if (coupon === undefined || !this.gate.engages(coupon)) return;
    const { stock, perUserCap } = coupon;
    await this.gate.settle([{ tenantId, couponId, stock, perUserCap, users: [] }], new Map());
  }
}
