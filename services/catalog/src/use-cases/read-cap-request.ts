import type { CapRequestView } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CapRequestStore } from '../store/cap-request.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';

@Injectable()
export class ReadCapRequest {
  constructor(
    private readonly database: TenantDatabase,
    private readonly coupons: CouponViewStore,
    private readonly requests: CapRequestStore,
  ) {}

  run(
    { tenantId, channels }: Principal,
    wanted: { couponId: string; requestId: string },
  ): Promise<CapRequestView> {
    return this.database.read(tenantId, async (tx) => {
      const coupon = await this.coupons.find(tx, tenantId, wanted.couponId);
      if (coupon === null || !channels.includes(coupon.channelId)) throw new ProblemError('coupon_not_found');
      const request = await this.requests.find(tx, tenantId, wanted);
      if (request === null) throw new ProblemError('cap_request_not_found');
      return request;
    });
  }
}
