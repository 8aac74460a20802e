import type { CouponFigures } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { cutPage, oneMore, type Page, type PageRequest } from '../../use-cases/page.js';
import { type CountedTotal, funnelOf, Totals } from '../domain/figures.js';
import { type AnalysedCoupon, AnalysedCouponStore } from '../store/analysed-coupon.store.js';
import { FiguresStore } from '../store/figures.store.js';
import { maySee } from '../../use-cases/may-see.js';

/** Coupons read at a time: each stretch is a transaction of its own, none of them long. */
const STRETCH = 500;

@Injectable()
export class ListChannelAnalytics {
  constructor(
    private readonly database: TenantDatabase,
    private readonly coupons: AnalysedCouponStore,
    private readonly figures: FiguresStore,
  ) {}

  /**
   * The coupons of a channel with their figures, the newest first.
   * @throws ProblemError channel_not_found
   */
  async run(
    principal: Principal,
    channelId: string,
    page: PageRequest<string>,
  ): Promise<Page<CouponFigures>> {
    const { tenantId } = principal;
    if (!maySee(principal, channelId)) throw new ProblemError('channel_not_found');
    const found = await this.database.read(tenantId, async (tx) => {
      if (!(await this.coupons.channelExists(tx, tenantId, channelId)))
        throw new ProblemError('channel_not_found');
      const coupons = await this.coupons.list(tx, tenantId, { channelId, ...oneMore(page) });
      const ids = coupons.map(({ couponId }) => couponId);
      const totals = Map.groupBy(await this.figures.totals(tx, tenantId, ids), ({ couponId }) => couponId);
      return coupons.map((coupon) => figuresOf(coupon, totals.get(coupon.couponId) ?? []));
    });
    return cutPage(found, page.limit);
  }

  /**
   * All of them, read as fast as they are taken.
   * @throws ProblemError channel_not_found before the first stretch
   */
  async *all(principal: Principal, channelId: string): AsyncGenerator<readonly CouponFigures[]> {
    let after: string | null = null;
    do {
      const { items, last }: Page<CouponFigures> = await this.run(principal, channelId, {
        after,
        limit: STRETCH,
      });
      yield items;
      after = last && last.couponId;
    } while (after !== null);
  }
}

function figuresOf(coupon: AnalysedCoupon, counted: readonly CountedTotal[]): CouponFigures {
  const { couponId, name, type, status } = coupon;
  return { couponId, name, type, status, ...funnelOf(new Totals(counted), coupon) };
}
