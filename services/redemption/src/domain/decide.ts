import type { CouponType } from '#contracts';
import type { Coupon, Person, Stock } from './coupon.js';
import { type Refusal, refusal } from './refusal.js';
import { rules } from './rules/rules.js';

export interface RedeemState {
  /** undefined = redemption has no such coupon of this tenant */
  readonly coupon: Coupon | undefined;
  readonly person: Person;
}

export interface RedeemCommand {
  readonly redeems: CouponType;
}

/** What a winner gets: the numbers after the redemption. */
export interface Accepted {
  readonly accepted: true;
  readonly userRedemptions: number;
  readonly stock: Stock;
}

export interface Refused {
  readonly accepted: false;
  readonly refusal: Refusal;
}

export type Decision = Accepted | Refused;

/**
 * May this user redeem this coupon now? The database's function decides the same way under its locks; a property test
 * keeps the two together.
 * @param now milliseconds since 1970
 */
export function decide(state: RedeemState, command: RedeemCommand, now: number): Decision {
  const { coupon, person } = state;
  if (coupon === undefined) return { accepted: false, refusal: refusal('coupon_not_found') };
  for (const rule of rules) {
    const code = rule.check({ coupon, person, redeems: command.redeems }, now);
    if (code !== undefined) return { accepted: false, refusal: refusal(code, coupon) };
  }
  return { accepted: true, userRedemptions: person.uses + 1, stock: afterOneMore(coupon.stock) };
}

/**
 * What the coupon alone says, its user unknown: a hint that saves work. Terms in memory may be old and this process's
 * clock is not the one that decides, so a refusal given here is confirmed against the database before it is answered.
 */
export function looksRefused(coupon: Coupon, command: RedeemCommand, now: number): boolean {
  return rules.some(
    (rule) => rule.about === 'coupon' && rule.check({ coupon, redeems: command.redeems }, now) !== undefined,
  );
}

function afterOneMore(stock: Stock): Stock {
  const redeemed = stock.redeemed + 1;
  const finished = stock.max !== null && redeemed >= stock.max;
  return { redeemed, max: stock.max, finished, revision: stock.revision + 1 };
}
