import { Injectable } from '@nestjs/common';
import type { CouponSnapshot } from '#contracts';
import { type EventContext, Outbox } from '#platform';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { CouponCardStore } from '../store/coupon-card.store.js';
import { CouponReminderStore } from '../store/coupon-reminder.store.js';
import { CouponStore } from '../store/coupon.store.js';
import { ReminderRunStore } from '../store/reminder-run.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

/** A snapshot from catalog becomes the terms on which redemptions are decided, and catalog is told so. */
@Injectable()
export class TakeOverCoupon {
  constructor(
    private readonly coupons: CouponStore,
    private readonly cards: CouponCardStore,
    private readonly reminders: CouponReminderStore,
    private readonly reminderRuns: ReminderRunStore,
    private readonly tenantJobs: TenantJobStore,
    private readonly outbox: Outbox,
    private readonly memory: CouponMemory,
    private readonly gate: RedemptionGate,
  ) {}

  async run(context: EventContext, snapshot: CouponSnapshot): Promise<void> {
    const { tx, tenantId } = context;
    refuseUnusable(snapshot);
    const appliedAt = await this.coupons.takeOver(tx, tenantId, snapshot);
    // Also of a version that is stored: a process of a build without reminders may have taken it over.
    await this.reminders.put(tx, tenantId, snapshot);
    await this.reminderRuns.wake(tx, tenantId, snapshot.couponId);
    if (appliedAt === undefined) return;
    await this.cards.put(tx, tenantId, snapshot);
    const { couponId, version } = snapshot;
    await this.tenantJobs.add(tx, tenantId, 'reconcile');
    if (snapshot.messages.reminder !== null) await this.tenantJobs.add(tx, tenantId, 'forget-reminders');
    if (snapshot.type === 'auto') await this.tenantJobs.add(tx, tenantId, 'forget-auto');
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
    await this.gate.settle([{ tenantId, couponId, stock, perUserCap, users: [] }]);
  }
}

/**
 * An owed call names the account that pays for it: without one, every redemption would fail. The schema cannot ask for it,
 * as snapshots were recorded before it knew of accounts.
 * @throws what buries the snapshot; catalog's next version is taken over again
 */
function refuseUnusable({ couponId, version, partnerId, terms }: CouponSnapshot): void {
  if (terms.trigger === null || partnerId !== null) return;
  throw new Error(
    `coupon ${couponId} in version ${version} has a trigger and no partnerId: nobody would own its calls; publish it with one`,
  );
}
