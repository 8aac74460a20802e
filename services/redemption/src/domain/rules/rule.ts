import type { Coupon, Person } from '../coupon.js';
import type { RefusalCode } from '../refusal.js';
import type { CouponType } from '#contracts';

export interface CouponFacts {
  readonly coupon: Coupon;
  /** The kind of coupon that the route redeems. */
  readonly redeems: CouponType;
}

export interface Facts extends CouponFacts {
  readonly person: Person;
}

/** A rule that the coupon and the clock settle alone, whoever asks: memory can check it. */
export interface CouponRule {
  readonly about: 'coupon';
  readonly name: string;
  /** Codes that `check` may give. */
  readonly codes: readonly RefusalCode[];
  /** @param now milliseconds since 1970 */
  check(facts: CouponFacts, now: number): RefusalCode | undefined;
}

/** A rule that needs what is known of the user. */
export interface PersonRule {
  readonly about: 'person';
  readonly name: string;
  readonly codes: readonly RefusalCode[];
  check(facts: Facts, now: number): RefusalCode | undefined;
}

/** One reason to refuse. A new rule is a new file, a line in `rules.ts` and its mirror in the function. */
export type Rule = CouponRule | PersonRule;
