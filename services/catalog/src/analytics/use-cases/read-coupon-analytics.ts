import type { AnalyticsFulfilment, AnalyticsRefusals, AnalyticsStores, CouponAnalytics } from '#contracts';
import type { Principal } from '#platform';
import { Injectable } from '@nestjs/common';
import { countsOf, failuresOf, fulfilmentOf, funnelOf, pointsOf, tillsOf } from '../domain/figures.js';
import { ReadTotals } from './read-totals.js';

/** What the totals of a coupon say, from each side. All throw ProblemError coupon_not_found. */
@Injectable()
export class ReadCouponAnalytics {
  constructor(private readonly read: ReadTotals) {}

  async summary(principal: Principal, couponId: string): Promise<CouponAnalytics> {
    const { coupon, totals, names, asOf } = await this.read.run(principal, couponId);
    const impressions = (place: string): number => Number(totals.at('impressions', place));
    return {
      couponId,
      channelId: coupon.channelId,
      asOf: asOf.toISOString(),
      ...funnelOf(totals, coupon),
      places: {
        list: impressions('list'),
        detail: impressions('detail'),
        share: impressions('share'),
      },
      points: pointsOf(totals).map((points) => ({
        ...points,
        pointName: names.get(points.pointNameId) ?? null,
      })),
      fulfilment: fulfilmentOf(totals),
    };
  }

  async stores(principal: Principal, couponId: string): Promise<AnalyticsStores> {
    const { coupon, totals, names } = await this.read.run(principal, couponId);
    const nameOf = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? null));
    const items = tillsOf(totals, coupon.type).map((till) => ({
      ...till,
      storeName: nameOf(till.storeId),
      cashierName: nameOf(till.cashierId),
    }));
    return { couponId, items };
  }

  async refusals(principal: Principal, couponId: string): Promise<AnalyticsRefusals> {
    const { totals } = await this.read.run(principal, couponId);
    const items = countsOf(totals, 'refusals').map(({ name: code, count }) => ({ code, count }));
    return { couponId, items };
  }

  async fulfilment(principal: Principal, couponId: string): Promise<AnalyticsFulfilment> {
    const { totals } = await this.read.run(principal, couponId);
    return { couponId, ...fulfilmentOf(totals), failures: failuresOf(totals) };
  }
}
