import type { RedemptionView } from '#contracts';
import type { Stock } from './coupon.js';
import type { RefusalCode } from './refusal.js';

/** One request on its way to the database. */
export interface RedeemEntry {
  readonly tenantId: string;
  readonly couponId: string;
  readonly userId: string;
  /** See use-cases/request-identity.ts. */
  readonly reservationId: string;
  readonly fingerprint: string;
  /** Made beforehand, so that running the batch again makes nothing twice. */
  readonly redemptionId: string;
  readonly eventId: string;
  readonly correlationId: string;
}

/** What the database said of one entry. */
export type EntryOutcome =
  | { readonly kind: 'accepted'; readonly answer: RedemptionView }
  /** Accepted before, under the same key. */
  | { readonly kind: 'known'; readonly answer: RedemptionView }
  /** The key was used for something else. */
  | { readonly kind: 'key_reused' }
  /** The coupon's terms are not those that the caller knew; nothing was decided. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** A coupon's numbers after a batch. */
export interface CouponAfter {
  readonly couponId: string;
  readonly version: number;
  readonly stock: Stock;
}

export interface BatchOutcome {
  readonly coupons: readonly CouponAfter[];
  /** In the order of the batch; `uses` of the entry's user after the batch. */
  readonly entries: readonly { readonly outcome: EntryOutcome; readonly uses: number }[];
}
