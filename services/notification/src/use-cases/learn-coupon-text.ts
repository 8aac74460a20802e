import { Injectable } from '@nestjs/common';
import type { CouponSnapshot } from '#contracts';
import type { EventContext } from '#platform';
import { DrainPendingMessages } from './drain-pending-messages.js';
import { KnownTextStore } from '../store/known-text.store.js';

/** Keeps a coupon's newest words, and lets out the messages that waited for them. */
@Injectable()
export class LearnCouponText {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly drain: DrainPendingMessages,
  ) {}

  async run({ tx, tenantId, afterCommit }: EventContext, coupon: CouponSnapshot): Promise<void> {
    const { couponId, version, name, messages } = coupon;
    const isNew = await this.texts.putCoupon(tx, tenantId, couponId, {
      version,
      name,
      redeemed: messages.redeemed,
      reminder: messages.reminder?.text ?? null,
    });
    // Not awaited by the consumer: however many wait, the partition goes on.
    if (isNew) afterCommit(() => this.drain.ofCoupon({ tenantId, couponId, version }));
  }
}
