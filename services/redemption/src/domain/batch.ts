import type { RedemptionView } from '#contracts';
import type { Stock } from './coupon.js';
import type { Means } from './means.js';
import type { Person } from './person.js';
import type { RefusalCode } from './refusal.js';

/** One request on its way to the database. */
export interface RedeemEntry {
  readonly tenantId: string;
  readonly couponId: string;
  readonly userId: string;
  readonly means: Means;
  /** See use-cases/request-identity.ts. */
  readonly reservationId: string;
  readonly fingerprint: string;
  /** Made beforehand, so that running the batch again makes nothing twice. */
  readonly redemptionId: string;
  readonly eventId: string;
  readonly correlationId: string;
  /** W3C; absent where nothing is traced. */
  readonly traceparent?: string | undefined;
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
  /** `person`: what was seen of the user, as far as the refusal's words need it. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly person: Person };

/** What came of one entry, and how its user stands to its coupon after the batch. */
export interface DecidedEntry {
  readonly outcome: EntryOutcome;
  readonly uses: number;
  /** The latest use, milliseconds since 1970. */
  readonly lastAt: number | null;
}

/** A coupon's numbers after a batch. */
export interface CouponAfter {
  readonly couponId: string;
  readonly version: number;
  readonly stock: Stock;
}

export interface BatchOutcome {
  /** The instant at which all was decided, milliseconds since 1970, on the database's clock. */
  readonly now: number;
  readonly coupons: readonly CouponAfter[];
  /** In the order of the batch. */
  readonly entries: readonly DecidedEntry[];
}
