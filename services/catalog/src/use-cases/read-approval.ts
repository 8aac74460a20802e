import type { CouponView } from '#contracts';
import { CommandOutcome, type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { couponAnswer } from './coupon-answer.js';

@Injectable()
export class ReadApproval {
  constructor(
    private readonly database: TenantDatabase,
    private readonly views: CouponViewStore,
  ) {}

  /** One that waits for the tenant; what waits no more is its owners' alone again. */
  async run({ tenantId }: Principal, couponId: string): Promise<CommandOutcome<CouponView>> {
    const view = await this.database.read(tenantId, (tx) => this.views.find(tx, tenantId, couponId));
    if (view === null || (view.status !== 'pending_approval' && view.pendingRevision === null))
      throw new ProblemError('coupon_not_found');
    return new CommandOutcome(couponAnswer(200, view));
  }
}
