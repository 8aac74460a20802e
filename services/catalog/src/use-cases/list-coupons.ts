import type { CouponExportQuery, CouponView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { CouponPosition } from '../domain/coupon-position.js';
import { CouponListStore } from '../store/coupon-list.store.js';
import { chosenChannels } from './chosen-channels.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListCoupons {
  constructor(
    private readonly database: TenantDatabase,
    private readonly coupons: CouponListStore,
  ) {}

  /** Those coupons of the caller's channels that the filters let through, in the order that they name. */
  async run(
    principal: Principal,
    filters: CouponExportQuery,
    page: PageRequest<CouponPosition>,
  ): Promise<Page<CouponView>> {
    const { tenantId } = principal;
    const query = { channelIds: chosenChannels(principal, filters), filters, ...oneMore(page) };
    const views = await this.database.read(tenantId, (tx) => this.coupons.list(tx, tenantId, query));
    return cutPage(views, page.limit);
  }
}
