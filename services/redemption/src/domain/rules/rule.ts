import type { Coupon } from '../coupon.js';
import type { Means } from '../means.js';
import type { Person } from '../person.js';
import type { RefusalCode } from '../refusal.js';

export interface CouponFacts {
  readonly coupon: Coupon;
  /** null = by whatever means fits the coupon: what only a code or a cashier proves is not asked. */
  readonly means: Means | null;
}

export interface Facts extends CouponFacts {
  readonly person: Person;
}

/** One rule that says no. */
export interface Failure {
  readonly code: RefusalCode;
  /** The next instant at which the rule would pass by itself, milliseconds since 1970; null = not by time. */
  readonly passesAt: number | null;
  readonly pointsMissing?: bigint;
}

interface RuleWords {
  readonly name: string;
  /** Codes that `check` may give. */
  readonly codes: readonly RefusalCode[];
  /** Only of a redemption by one of these means does it ask; absent = of every one. */
  readonly means?: readonly Means['kind'][];
  /**
   * What can make the rule refuse while a redemption that was decided before is not visible yet: only what waits for the
   * locks of that redemption (`locks`: never), or time alone, or a fact of others at any moment.
   */
  readonly turnsBy: 'locks' | 'time' | 'others';
}

/** A rule that the coupon and the clock settle alone, whoever asks: memory can check it. */
export interface CouponRule extends RuleWords {
  readonly about: 'coupon';
  /** @param now milliseconds since 1970 */
  check(facts: CouponFacts, now: number): Failure | undefined;
}

/** A rule that needs what is known of the user, or of the partner's account. */
export interface PersonRule extends RuleWords {
  readonly about: 'person';
  check(facts: Facts, now: number): Failure | undefined;
}

/** One reason to refuse. A new rule is a new file, a line in `rules.ts` and its mirror in the function. */
export type Rule = CouponRule | PersonRule;

/** A refusal that waiting does not clear. */
export function never(code: RefusalCode): Failure {
  return { code, passesAt: null };
}
