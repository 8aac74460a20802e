import { type CouponCounts, type CouponCountsQuery, couponStatus, mostCounted } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CouponListStore } from '../store/coupon-list.store.js';
import { chosenChannels } from './chosen-channels.js';

@Injectable()
export class CountCoupons {
  constructor(
    private readonly database: TenantDatabase,
    private readonly coupons: CouponListStore,
  ) {}

  /** Those that the list with the same filters shows on all its pages. */
  async run(principal: Principal, filters: CouponCountsQuery): Promise<CouponCounts> {
    const { tenantId } = principal;
    const selection = { channelIds: chosenChannels(principal, filters), filters };
    const counted = await this.database.read(tenantId, (tx) =>
      // One more shows that there are more.
      this.coupons.count(tx, tenantId, selection, mostCounted + 1),
    );
    const byStatus = Object.fromEntries(
      couponStatus.options.map((status) => [status, counted[status] ?? 0]),
    ) as CouponCounts['byStatus'];
    const met = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
    return { total: Math.min(met, mostCounted), byStatus, capped: met > mostCounted };
  }
}
