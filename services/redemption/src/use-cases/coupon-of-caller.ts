import { Injectable } from '@nestjs/common';
import { type Principal, ProblemError } from '#platform';
import type { Coupon } from '../domain/coupon.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never } from '../domain/rules/rule.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { TillStore } from '../store/till.store.js';

/** A qr coupon that the caller may show codes of: an owner of its channel, or a cashier of its account at work. */
@Injectable()
export class CouponOfCaller {
  constructor(
    private readonly facts: CouponFactsStore,
    private readonly slots: ReadSlots,
    private readonly till: TillStore,
  ) {}

  /**
   * `now`: the database's clock, milliseconds since 1970.
   * @throws ProblemError `coupon_not_found` (also of another owner's), `other_partner`, `store_not_allowed`,
   * `coupon_wrong_type`
   */
  async run(principal: Principal, couponId: string): Promise<{ coupon: Coupon; now: number }> {
    const { tenantId } = principal;
    const { now, coupons } = await this.slots.run(() => this.facts.read(tenantId, [couponId], []));
    const coupon = coupons.get(couponId);
    if (coupon === undefined) throw new ProblemError('coupon_not_found');
    if (principal.role === 'cashier') await this.checkCashier(principal, coupon);
    else if (!principal.channels.includes(coupon.channelId)) throw new ProblemError('coupon_not_found');
    if (coupon.type !== 'qr')
      throw new ProblemError('coupon_wrong_type', {
        detail: refusalOf(never('coupon_wrong_type'), coupon).detail,
      });
    return { coupon, now };
  }

  private async checkCashier(
    { tenantId, subject, partner, store }: Principal,
    { partnerId }: Coupon,
  ): Promise<void> {
    if (partner === undefined || store === undefined)
      throw new ProblemError('store_not_allowed', { detail: 'The token names no account or no store.' });
    if (partner !== partnerId) throw new ProblemError('other_partner');
    if ((await this.till.accountOfCashier(tenantId, subject, store)) !== partner)
      throw new ProblemError('store_not_allowed');
  }
}
