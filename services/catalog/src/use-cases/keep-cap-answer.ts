import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditStore } from '../store/audit.store.js';
import { CapRequestStore } from '../store/cap-request.store.js';
import { CouponUsageStore } from '../store/coupon-usage.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';

@Injectable()
export class KeepCapAnswer {
  constructor(
    private readonly requests: CapRequestStore,
    private readonly usage: CouponUsageStore,
    private readonly views: CouponViewStore,
    private readonly audit: AuditStore,
  ) {}

  /** Keeps what redemption has decided: the coupon shows the cap that holds from then on. */
  async run(tx: EntityManager, { name, envelope, data }: EventOf<'redemption.cap.v1'>): Promise<void> {
    const { tenantId } = envelope;
    const { requestId, couponId, maxRedemptions, decidedAt, stock } = data;
    const state = name === 'cap-applied' ? 'applied' : 'refused';
    const reason = 'reason' in data ? data.reason : null;
    const before = await this.views.find(tx, tenantId, couponId);
    const askedBy = await this.requests.answer(tx, tenantId, requestId, { state, reason, decidedAt });
    await this.usage.keepStock(tx, tenantId, couponId, stock);
    if (askedBy === null) return;
    await this.audit.add(
      tx,
      tenantId,
      { couponId },
      {
        before: { maxRedemptions: before?.maxRedemptions ?? null },
        after: { requestId, maxRedemptions: stock.max, asked: maxRedemptions, reason },
        action: name,
        by: { kind: 'person', id: askedBy },
        at: new Date(decidedAt),
      },
    );
  }
}
