import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DatabaseClock } from '../../store/database-clock.js';
import { maySee } from '../../use-cases/may-see.js';
import { Totals } from '../domain/figures.js';
import { type AnalysedCoupon, AnalysedCouponStore } from '../store/analysed-coupon.store.js';
import { FiguresStore } from '../store/figures.store.js';

export interface CouponTotals {
  readonly coupon: AnalysedCoupon;
  readonly totals: Totals;
  readonly names: ReadonlyMap<string, string>;
  readonly asOf: Date;
}

@Injectable()
export class ReadTotals {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly coupons: AnalysedCouponStore,
    private readonly figures: FiguresStore,
  ) {}

  /**
   * All that was counted of a coupon, with the names of what it was counted by.
   * @throws ProblemError coupon_not_found
   */
  run(principal: Principal, couponId: string): Promise<CouponTotals> {
    const { tenantId } = principal;
    return this.database.read(tenantId, async (tx) => {
      const coupon = await this.find(tx, principal, couponId);
      const counted = await this.figures.totals(tx, tenantId, [couponId]);
      const ids = counted.flatMap(({ dimension }) => dimension.split('/')).filter((word) => UUID.test(word));
      const names = await this.figures.names(tx, tenantId, ids);
      return { coupon, totals: new Totals(counted), names, asOf: await this.clock.now(tx) };
    });
  }

  /**
   * Somebody else's coupon is answered like none.
   * @throws ProblemError coupon_not_found
   */
  async find(tx: EntityManager, principal: Principal, couponId: string): Promise<AnalysedCoupon> {
    const coupon = await this.coupons.find(tx, principal.tenantId, couponId);
    if (coupon === null || !maySee(principal, coupon.channelId)) throw new ProblemError('coupon_not_found');
    return coupon;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
