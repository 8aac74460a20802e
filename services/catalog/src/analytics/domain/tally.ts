import type { AnalyticsFact, RedemptionFact } from './fact.js';

/** What analytics counts. Of some there is a number per dimension: a till, a place, a code, a point name, an outcome. */
export type Metric =
  | 'redemptions'
  | 'voided'
  | 'impressions'
  | 'refusals'
  | 'points_taken'
  | 'points_given'
  | 'fulfilment'
  | 'fulfilment_failure';

export interface Total {
  readonly couponId: string;
  readonly metric: Metric;
  readonly dimension: string;
  readonly amount: bigint;
}

/** What a user adds to a coupon's reach. */
export interface Reach {
  readonly couponId: string;
  readonly userId: string;
  granted: number;
  seen: number;
  redeemed: number;
}

/** What a quarter of an hour adds to a coupon's course. */
export interface Quarter {
  readonly couponId: string;
  /** Its begin, milliseconds. */
  readonly at: number;
  redemptions: number;
  voided: number;
  impressions: number;
  refusals: number;
  granted: number;
}

/** What facts add to the read model. Sums only, so that order and division into batches change nothing. */
export interface Tally {
  readonly totals: readonly Total[];
  readonly quarters: readonly Quarter[];
  readonly reach: readonly Reach[];
}

export const QUARTER_MS = 900_000;

/** Each key comes once, in no order. */
export function tally(facts: readonly AnalyticsFact[]): Tally {
  const coupons = new Map<string, CouponCounts>();
  for (const fact of facts) {
    let counts = coupons.get(fact.couponId);
    if (counts === undefined) coupons.set(fact.couponId, (counts = new CouponCounts(fact.couponId)));
    counts.add(fact);
  }
  const all = [...coupons.values()];
  return {
    totals: all.flatMap(({ totals }) => totals()),
    quarters: all.flatMap(({ quarters }) => [...quarters.values()]),
    reach: all.flatMap(({ reach }) => [...reach.values()]),
  };
}

/** A till as a dimension: `<store>/<cashier>`, either may be missing. */
function tillOf(storeId: string | null, cashierId: string | null): string {
  return `${storeId ?? ''}/${cashierId ?? ''}`;
}

/** Maps by one part of the key each: joined keys of thousands of facts cost more than all the counting. */
class CouponCounts {
  readonly quarters = new Map<number, Quarter>();
  readonly reach = new Map<string, Reach>();
  readonly #totals = new Map<Metric, Map<string, bigint>>();

  constructor(readonly couponId: string) {}

  add(fact: AnalyticsFact): void {
    switch (fact.kind) {
      case 'redeemed':
      case 'voided':
        return this.#addRedemption(fact);
      case 'granted':
        this.#reachOf(fact.userId).granted += 1;
        if (!fact.revived) this.#quarterOf(fact.at).granted += 1;
        return;
      case 'seen':
        this.#count('impressions', fact.place, 1n);
        this.#quarterOf(fact.at).impressions += 1;
        this.#reachOf(fact.userId).seen += 1;
        return;
      case 'refused':
        this.#count('refusals', fact.code, BigInt(fact.count));
        this.#quarterOf(fact.at).refusals += fact.count;
        return;
      case 'fulfilment':
        this.#count('fulfilment', fact.outcome, 1n);
        if (fact.reason !== null) this.#count('fulfilment_failure', fact.reason, 1n);
    }
  }

  readonly totals = (): Total[] =>
    [...this.#totals].flatMap(([metric, dimensions]) =>
      [...dimensions].map(([dimension, amount]) => ({ couponId: this.couponId, metric, dimension, amount })),
    );

  #addRedemption({ kind, userId, at, storeId, cashierId, price, bonus }: RedemptionFact): void {
    const isVoid = kind === 'voided';
    const metric = isVoid ? 'voided' : 'redemptions';
    const sign = isVoid ? -1n : 1n;
    this.#count(metric, tillOf(storeId, cashierId), 1n);
    this.#quarterOf(at)[metric] += 1;
    this.#reachOf(userId).redeemed += isVoid ? -1 : 1;
    if (price) this.#count('points_taken', price.pointNameId, sign * BigInt(price.amount));
    if (bonus) this.#count('points_given', bonus.pointNameId, sign * BigInt(bonus.amount));
  }

  #count(metric: Metric, dimension: string, amount: bigint): void {
    let dimensions = this.#totals.get(metric);
    if (dimensions === undefined) this.#totals.set(metric, (dimensions = new Map<string, bigint>()));
    dimensions.set(dimension, (dimensions.get(dimension) ?? 0n) + amount);
  }

  #quarterOf(instant: string): Quarter {
    const at = Math.floor(Date.parse(instant) / QUARTER_MS) * QUARTER_MS;
    const known = this.quarters.get(at);
    if (known) return known;
    const { couponId } = this;
    const fresh = { couponId, at, redemptions: 0, voided: 0, impressions: 0, refusals: 0, granted: 0 };
    this.quarters.set(at, fresh);
    return fresh;
  }

  #reachOf(userId: string): Reach {
    const known = this.reach.get(userId);
    if (known) return known;
    const fresh = { couponId: this.couponId, userId, granted: 0, seen: 0, redeemed: 0 };
    this.reach.set(userId, fresh);
    return fresh;
  }
}
