import type { CouponView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { CouponPosition } from '../domain/coupon-position.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { cutPage, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListCoupons {
  constructor(
    private readonly database: TenantDatabase,
    private readonly views: CouponViewStore,
  ) {}

  /** The coupons of the caller's channels, newest first. */
  async run(
    { tenantId, channels }: Principal,
    { after, limit }: PageRequest<CouponPosition>,
  ): Promise<Page<CouponView>> {
    const oneMore = { after, limit: limit + 1 };
    const views = await this.database.read(tenantId, (tx) =>
      this.views.list(tx, tenantId, channels, oneMore),
    );
    return cutPage(views, limit);
  }
}
