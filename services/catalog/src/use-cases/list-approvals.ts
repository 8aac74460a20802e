import type { CouponView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListApprovals {
  constructor(
    private readonly database: TenantDatabase,
    private readonly views: CouponViewStore,
  ) {}

  /** All coupons of the tenant that wait for its approval, the oldest first. */
  run({ tenantId }: Principal, page: PageRequest<string>): Promise<Page<CouponView>> {
    return this.database.read(tenantId, async (tx) =>
      cutPage(await this.views.listAwaitingApproval(tx, tenantId, oneMore(page)), page.limit),
    );
  }
}
