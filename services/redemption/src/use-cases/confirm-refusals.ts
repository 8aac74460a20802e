import { Injectable } from '@nestjs/common';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import { type Facts, firstFailure } from '../domain/evaluate.js';
import { stranger } from '../domain/person.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never, type Rule } from '../domain/rules/rule.js';
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
      const { stored, person = stranger } = known[index] ?? {};
      if (stored !== undefined) {
        if (stored.fingerprint !== entry.fingerprint) return { kind: 'key_reused' };
        return { kind: 'accepted', view: stored.answer, isReplay: true };
      }
      const coupon = coupons.get(entry.couponId);
      if (coupon === undefined) return { kind: 'refused', refusal: refusalOf(never('coupon_not_found')) };
      const facts = { coupon, person, means: entry.means };
      const first = firstFailure(facts, now);
      if (first === undefined || mayBeUnderway(first.rule, facts, now)) return undefined;
      return { kind: 'refused', refusal: refusalOf(first.failure, coupon) };
    });
  }
}

/** Milliseconds that a batch which was decided earlier may still take to commit: lock and statement time-outs, doubled. */
const LONGEST_COMMIT_MS = 30_000;

/**
 * Could this very request, sent before, be accepted in a commit that is not visible yet? What needs the locks of that
 * redemption to become true (sold out, disabled …) waits for such a commit; time, follows and the like do not. There the
 * function decides, behind the lock, where the earlier commit is over.
 */
function mayBeUnderway(rule: Rule, facts: Facts, now: number): boolean {
  switch (rule.turnsBy) {
    case 'locks':
      return false;
    case 'others':
      return true;
    case 'time':
      return rule.check(facts, now - LONGEST_COMMIT_MS) === undefined;
  }
}
