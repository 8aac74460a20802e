import type { CouponView } from '#contracts';
import { CommandOutcome, type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { couponAnswer } from './coupon-answer.js';

@Injectable()
export class ReadCoupon {
  constructor(
    private readonly database: TenantDatabase,
    private readonly views: CouponViewStore,
  ) {}

  async run({ tenantId, channels }: Principal, couponId: string): Promise<CommandOutcome<CouponView>> {
    const view = await this.database.read(tenantId, (tx) => this.views.find(tx, tenantId, couponId));
    if (view === null || !channels.includes(view.channelId)) throw new ProblemError('coupon_not_found');
    return new CommandOutcome(couponAnswer(200, view));
  }
}
