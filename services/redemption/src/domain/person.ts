/** The pass that a user's phone holds for a coupon; instants in milliseconds since 1970. */
export interface Pass {
  readonly deviceTag: number;
  readonly validUntil: number;
  /** Of the code accepted last; 0 = none yet. */
  readonly lastStep: number;
  readonly acceptedAt: number | null;
}

/** That, and since when, a coupon is available to a user; once per coupon and user, ever. */
export interface Grant {
  /** Milliseconds since 1970. */
  readonly availableAt: number;
  readonly revoked: boolean;
}

/** What redemption knows of one user with respect to one coupon. */
export interface Person {
  /** Of the coupon's channel. */
  readonly following: boolean;
  /** Uses of this coupon so far, voided ones not counted. */
  readonly uses: number;
  /** The latest of these uses, milliseconds since 1970. */
  readonly lastAt: number | null;
  /** Of grant coupons only. */
  readonly grant: Grant | null;
  /** Points of the price's point name; 0 where the coupon has no price. */
  readonly balance: bigint;
  /** Of qr coupons only. */
  readonly pass: Pass | null;
}

/** Somebody of whom nothing is known. */
export const stranger: Person = {
  following: false,
  uses: 0,
  lastAt: null,
  grant: null,
  balance: 0n,
  pass: null,
};
