import { type CouponSnapshot, durationSeconds } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PlannedCoupon, PlannedReminder } from '../domain/occurrence.js';
import { attemptCap } from '../domain/wake-up.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { DueStore } from '../store/due.store.js';
import { duesOf } from './dues-of.js';

interface CouponFact {
  readonly envelope: { readonly tenantId: string };
  readonly data: CouponSnapshot;
}

@Injectable()
export class PlanCoupon {
  constructor(
    private readonly schedules: CouponScheduleStore,
    private readonly dues: DueStore,
  ) {}

  /** Brings the due instants of the coupon and its cohorts to its newest snapshot; an older one changes nothing. */
  async run(tx: EntityManager, { envelope, data }: CouponFact): Promise<void> {
    const { tenantId } = envelope;
    const { couponId, version } = data;
    const coupon = data.status === 'finished' ? null : plannedCoupon(data);
    const now = await this.schedules.takeOver(tx, tenantId, { couponId, version, coupon });
    if (now === undefined) return;
    if (coupon === null) await this.schedules.forget(tx, tenantId, couponId);
    const cohorts = coupon === null ? [] : await this.schedules.cohorts(tx, tenantId, couponId);
    const planned = cohorts.flatMap((cohort) => duesOf({ tenantId, couponId, coupon, ...cohort }, now));
    await this.dues.keepOnly(tx, tenantId, couponId, planned);
    await this.dues.set(tx, planned, attemptCap);
  }
}

function plannedCoupon({ couponId, status, schedule, ...coupon }: CouponSnapshot): PlannedCoupon {
  return { couponId, status, schedule, reminder: plannedReminder(coupon) };
}

function plannedReminder({
  messages,
  terms: { validity },
  publishedAt,
  editedAt,
  version,
}: Pick<
  CouponSnapshot,
  'messages' | 'terms' | 'publishedAt' | 'editedAt' | 'version'
>): PlannedReminder | null {
  if (messages.reminder === null) return null;
  return {
    daysBefore: messages.reminder.daysBefore,
    validityMs: validity && durationSeconds(validity) * 1000,
    publishedAt: Date.parse(publishedAt),
    editedAt: Date.parse(editedAt ?? publishedAt),
    version,
  };
}
