import type { CouponView, ProgrammeCouponsQuery } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { CouponPosition } from '../domain/coupon-position.js';
import { ChannelStore } from '../store/channel.store.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { ListCoupons } from './list-coupons.js';
import type { Page, PageRequest } from './page.js';

@Injectable()
export class ListProgrammeCoupons {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly programmes: ProgrammeStore,
    private readonly coupons: ListCoupons,
  ) {}

  /**
   * The Manage list of one programme of the accounts behind the caller's channels.
   * @throws ProblemError programme_not_found
   */
  async run(
    principal: Principal,
    programmeId: string,
    filters: ProgrammeCouponsQuery,
    page: PageRequest<CouponPosition>,
  ): Promise<Page<CouponView>> {
    const { tenantId, channels } = principal;
    const known = await this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return this.programmes.isOf(tx, tenantId, programmeId, mine);
    });
    if (!known) throw new ProblemError('programme_not_found');
    return this.coupons.run(principal, { ...filters, programmeId }, page);
  }
}
