import type {
  AddonUnits,
  CouponAudience,
  CouponAvailability,
  CouponStatus,
  CouponStock,
  CouponType,
  FinishedReason,
  Timeframe,
} from '#contracts';

/** How much is left: redemption's own numbers, absolute; the higher `revision` is the newer. */
export type Stock = CouponStock;

/** A price or a bonus. */
export interface Points {
  readonly pointNameId: string;
  readonly amount: bigint;
  /** null = not known yet. */
  readonly pointName: string | null;
}

/**
 * Redemption's own row of one coupon: catalog's terms as of `version`, the stock that only redemption writes, and what is
 * known of those behind it, as of when it was read. Instants in milliseconds since 1970.
 */
export interface Coupon {
  readonly tenantId: string;
  readonly couponId: string;
  readonly channelId: string;
  /** null = of an account that is not known; no cashier redeems it then. */
  readonly partnerId: string | null;
  readonly type: CouponType;
  readonly version: number;
  readonly status: CouponStatus;
  readonly finishedReason: FinishedReason | null;
  /** null = from publication on. */
  readonly startAt: number | null;
  /** Exclusive; null = without end. */
  readonly endAt: number | null;
  /** null = no recurrence: start and end say it all. The same object as long as the terms are the same. */
  readonly timeframe: Timeframe | null;
  readonly audience: CouponAudience;
  readonly availability: CouponAvailability;
  /** null = unlimited */
  readonly perUserCap: number | null;
  /** Least time between two redemptions by one user; null = none. */
  readonly timeLimitMs: number | null;
  /** How long a grant lasts; null = until the coupon's end. */
  readonly validityMs: number | null;
  readonly price: Points | null;
  readonly bonus: Points | null;
  readonly triggerId: string | null;
  /** What its trigger takes from the partner's account. */
  readonly units: AddonUnits | null;
  readonly programmeId: string | null;
  readonly channelActive: boolean;
  readonly partnerActive: boolean;
  /** Of the printed code that is valid; null = none was printed. */
  readonly printedGeneration: number | null;
  /** What the partner holds of the resource of `units`; 0 where the coupon needs none. */
  readonly partnerUnits: number;
  readonly stock: Stock;
}
