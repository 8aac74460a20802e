import type { CouponExportQuery, CouponView } from '#contracts';
import type { Principal } from '#platform';
import { Injectable } from '@nestjs/common';
import { type CouponPosition, positionOf } from '../domain/coupon-position.js';
import { ListCoupons } from './list-coupons.js';

/** Coupons read at a time: each stretch is a transaction of its own, none of them long. */
const STRETCH = 500;

@Injectable()
export class ExportCoupons {
  constructor(private readonly list: ListCoupons) {}

  /** The whole filtered list, read as fast as it is taken. */
  async *run(principal: Principal, filters: CouponExportQuery): AsyncGenerator<readonly CouponView[]> {
    let after: CouponPosition | null = null;
    do {
      const { items, last }: { items: CouponView[]; last: CouponView | null } = await this.list.run(
        principal,
        filters,
        { after, limit: STRETCH },
      );
      yield items;
      after = last && positionOf(filters.sort, last);
    } while (after !== null);
  }
}
