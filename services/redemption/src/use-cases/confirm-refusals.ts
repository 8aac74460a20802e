import { Injectable } from '@nestjs/common';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { decide } from '../domain/decide.js';
import type { RefusalCode } from '../domain/refusal.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';

/**
 * Memory and Redis may be old, and neither knows who was accepted before. So what they would refuse is looked up first,
 * one query for all: a stored answer is given again, and the rules are applied to the rows on the database's clock.
 */
@Injectable()
export class ConfirmRefusals {
  constructor(
    private readonly facts: CouponFactsStore,
    private readonly memory: CouponMemory,
  ) {}

  /** Per entry the answer, or undefined: nothing speaks against it, the function shall decide. All of one tenant. */
  async run(entries: readonly RedeemEntry[]): Promise<(RedeemAnswer | undefined)[]> {
    const tenantId = entries[0]?.tenantId ?? '';
    const couponIds = [...new Set(entries.map(({ couponId }) => couponId))];
    const { now, coupons, entries: known } = await this.facts.read(tenantId, couponIds, entries);
    for (const coupon of coupons.values()) this.memory.learn(coupon);
    return entries.map((entry, index): RedeemAnswer | undefined => {
      const { stored, person = { following: false, uses: 0 } } = known[index] ?? {};
      if (stored !== undefined) {
        if (stored.fingerprint !== entry.fingerprint) return { kind: 'key_reused' };
        return { kind: 'accepted', view: stored.answer, isReplay: true };
      }
      const coupon = coupons.get(entry.couponId);
      const decision = decide({ coupon, person }, { redeems: 'click' }, now);
      if (decision.accepted || mayBeUnderway(decision.refusal.code, coupon, now)) return undefined;
      return { kind: 'refused', refusal: decision.refusal };
    });
  }
}

/** Milliseconds that a batch which was decided earlier may still take to commit: lock and statement time-outs, doubled. */
const LONGEST_COMMIT_MS = 30_000;

/**
 * Could this very request, sent before, be accepted in a commit that is not visible yet? What needs the coupon's row lock
 * to become true (sold out, disabled …) waits for such a commit; time and follows do not. There the function decides,
 * behind the lock, where the earlier commit is over.
 */
function mayBeUnderway(code: RefusalCode, coupon: Coupon | undefined, now: number): boolean {
  if (code === 'not_a_follower') return true;
  return code === 'coupon_ended' && now - (coupon?.endAt ?? 0) < LONGEST_COMMIT_MS;
}
