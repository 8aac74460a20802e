import type { CouponStatus, CouponStock, CouponType, FinishedReason } from '#contracts';

/** How much is left: redemption's own numbers, absolute; the higher `revision` is the newer. */
export type Stock = CouponStock;

/** Redemption's own row of one coupon: catalog's terms as of `version`, and the stock that only redemption writes. */
export interface Coupon {
  readonly tenantId: string;
  readonly couponId: string;
  readonly channelId: string;
  readonly type: CouponType;
  readonly version: number;
  readonly status: CouponStatus;
  readonly finishedReason: FinishedReason | null;
  /** Milliseconds since 1970; null = from publication on. */
  readonly startAt: number | null;
  /** Milliseconds since 1970, exclusive; null = without end. */
  readonly endAt: number | null;
  /** null = unlimited */
  readonly perUserCap: number | null;
  readonly stock: Stock;
}

/** What redemption knows of one user with respect to one coupon. */
export interface Person {
  readonly following: boolean;
  /** Uses of this coupon so far, voided ones not counted. */
  readonly uses: number;
}
