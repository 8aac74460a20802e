import { Injectable } from '@nestjs/common';
import type { EligibilityView } from '#contracts';
import { evaluate } from '../domain/evaluate.js';
import { stranger } from '../domain/person.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { CouponFactsStore, NO_RESERVATION } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { failedRuleView } from './failed-rule-view.js';

/** "Why can't I redeem?": the same rules on the same facts as a redemption, all of them instead of the first. */
@Injectable()
export class ExplainEligibility {
  constructor(
    private readonly facts: CouponFactsStore,
    private readonly slots: ReadSlots,
    private readonly memory: CouponMemory,
  ) {}

  /**
   * @returns undefined when there is no such coupon of the tenant, or none that was ever published
   * @throws ProblemError overloaded
   */
  async run(tenantId: string, userId: string, couponId: string): Promise<EligibilityView | undefined> {
    const asked = { couponId, userId, reservationId: NO_RESERVATION };
    const { now, coupons, entries } = await this.slots.run(() =>
      this.facts.read(tenantId, [couponId], [asked]),
    );
    const stored = coupons.get(couponId);
    if (stored === undefined) return undefined;
    const coupon =
      stored.timeframe === null ? stored : { ...stored, timeframe: this.memory.learn(stored).timeframe };
    const failed = evaluate({ coupon, person: entries[0]?.person ?? stranger, means: null }, now);
    if (failed.some(({ refusal }) => refusal.code === 'coupon_not_found')) return undefined;
    return {
      couponId,
      redeemable: failed.length === 0,
      failed: failed.map(failedRuleView),
      serverTime: new Date(now).toISOString(),
    };
  }
}
