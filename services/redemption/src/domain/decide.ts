import type { Coupon, Stock } from './coupon.js';
import { firstFailure } from './evaluate.js';
import type { Means } from './means.js';
import type { Person } from './person.js';
import type { Refusal } from './refusal.js';
import { refusalOf } from './refusal-words.js';
import { never } from './rules/rule.js';

export interface RedeemState {
  /** undefined = redemption has no such coupon of this tenant */
  readonly coupon: Coupon | undefined;
  readonly person: Person;
}

/** What a winner gets: the numbers after the redemption. */
export interface Accepted {
  readonly accepted: true;
  readonly userRedemptions: number;
  readonly stock: Stock;
  /** What the partner still holds of the coupon's resource. */
  readonly partnerUnits: number;
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
export function decide({ coupon, person }: RedeemState, means: Means, now: number): Decision {
  if (coupon === undefined) return { accepted: false, refusal: refusalOf(never('coupon_not_found')) };
  const first = firstFailure({ coupon, person, means }, now);
  if (first !== undefined) return { accepted: false, refusal: refusalOf(first.failure, coupon) };
  return {
    accepted: true,
    userRedemptions: person.uses + 1,
    stock: afterOneMore(coupon.stock),
    partnerUnits: coupon.partnerUnits - (coupon.units?.units ?? 0),
  };
}

function afterOneMore(stock: Stock): Stock {
  const redeemed = stock.redeemed + 1;
  const finished = stock.max !== null && redeemed >= stock.max;
  return { redeemed, max: stock.max, finished, revision: stock.revision + 1 };
}
