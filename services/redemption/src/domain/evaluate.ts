import type { Refusal, RefusalCode } from './refusal.js';
import { refusalOf } from './refusal-words.js';
import { type CouponFacts, type Facts, type Failure, never, type Rule } from './rules/rule.js';
import { rules } from './rules/rules.js';

export type { CouponFacts, Facts } from './rules/rule.js';

const couponRules = rules.filter((rule) => rule.about === 'coupon');

/** One rule that says no, as the caller is told. */
export interface FailedRule {
  readonly refusal: Refusal;
  /** The next instant at which this rule would pass by itself, milliseconds since 1970; null = not by time. */
  readonly passesAt: number | null;
}

/**
 * Every rule that keeps this user from redeeming this coupon, in the order in which a redemption tells of them; none =
 * redeemable. A redemption, the wallet's list and "why can't I redeem?" all ask here.
 * @param now milliseconds since 1970
 */
export function evaluate(facts: Facts, now: number): FailedRule[] {
  return rules.flatMap((rule) => {
    const failure = rule.check(facts, now);
    return failure === undefined ? [] : [failedRule(failure, facts)];
  });
}

/** The first of these rules, without looking at the others. */
export function firstFailure(facts: Facts, now: number): { rule: Rule; failure: Failure } | undefined {
  for (const rule of rules) {
    const failure = rule.check(facts, now);
    if (failure !== undefined) return { rule, failure };
  }
  return undefined;
}

/** The words for a code that the database gave, from what it saw; without them where that is not known. */
export function refusalWith(code: RefusalCode, facts: Facts | undefined, now: number): Refusal {
  if (facts === undefined) return refusalOf(never(code));
  const failure = rules
    .filter(({ codes }) => codes.includes(code))
    .map((rule) => rule.check(facts, now))
    .find((one) => one?.code === code);
  return refusalOf(failure ?? never(code), facts.coupon);
}

/**
 * What the coupon alone says, its user unknown: a hint that saves work. Terms in memory may be old and this process's
 * clock is not the one that decides, so a refusal given here is confirmed against the database before it is answered.
 */
export function looksRefused(facts: CouponFacts, now: number): boolean {
  return couponRules.some((rule) => rule.check(facts, now) !== undefined);
}

function failedRule(failure: Failure, { coupon }: Facts): FailedRule {
  return { refusal: refusalOf(failure, coupon), passesAt: failure.passesAt };
}
