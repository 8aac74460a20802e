import { Injectable } from '@nestjs/common';
import type { WhatIfView } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { evaluate } from '../domain/evaluate.js';
import { stranger } from '../domain/person.js';
import { walletState } from '../domain/wallet-state.js';
import { CouponCardStore } from '../store/coupon-card.store.js';
import { CouponFactsStore, NO_RESERVATION } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { failedRuleView } from './failed-rule-view.js';

/**
 * "What if this user came at that instant?", for whoever manages the coupon: the same rules as a redemption, on the facts
 * of now, at another reading of the clock.
 */
@Injectable()
export class SimulateEligibility {
  constructor(
    private readonly database: TenantDatabase,
    private readonly facts: CouponFactsStore,
    private readonly cards: CouponCardStore,
    private readonly slots: ReadSlots,
  ) {}

  /**
   * A user of whom nothing is known, be it one of another tenant, is answered for like any stranger.
   * @param instant milliseconds since 1970; null = now
   * @throws ProblemError `coupon_not_found` (also of another owner's, and of one that was never published), overloaded
   */
  async run(
    principal: Principal,
    couponId: string,
    userId: string,
    instant: number | null,
  ): Promise<WhatIfView> {
    const { now, coupon, person, isHidden } = await this.read(principal.tenantId, couponId, userId);
    if (coupon === undefined || !manages(principal, coupon.channelId))
      throw new ProblemError('coupon_not_found');
    const at = instant ?? now;
    // Not the coupon in memory: what is reckoned for other instants would push out what redemptions need.
    const failed = evaluate({ coupon, person, means: null }, at);
    if (failed.some(({ refusal }) => refusal.code === 'coupon_not_found'))
      throw new ProblemError('coupon_not_found');
    const state = walletState(coupon, failed, isHidden);
    return {
      couponId,
      userId,
      at: new Date(at).toISOString(),
      visible: state !== undefined,
      state: state ?? null,
      redeemable: failed.length === 0,
      failed: failed.map(failedRuleView),
      place: 'not_evaluated',
      factsAsOf: new Date(now).toISOString(),
    };
  }

  private read(tenantId: string, couponId: string, userId: string) {
    const asked = { couponId, userId, reservationId: NO_RESERVATION };
    return this.slots.run(async () => {
      const { now, coupons, entries } = await this.facts.read(tenantId, [couponId], [asked]);
      const isHidden = await this.database.read(tenantId, (tx) =>
        this.cards.isHidden(tx, tenantId, couponId),
      );
      return { now, coupon: coupons.get(couponId), person: entries[0]?.person ?? stranger, isHidden };
    });
  }
}

/** The tenant's administrators manage all of its channels, an owner the own ones. */
function manages({ role, channels }: Principal, channelId: string): boolean {
  return role === 'tenant_admin' || channels.includes(channelId);
}
