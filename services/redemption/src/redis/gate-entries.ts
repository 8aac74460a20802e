import type { Stock } from '../domain/coupon.js';

/** What Redis says of one entry; nothing it says is final. */
export type GateVerdict = 'admitted' | 'refused';

export interface CouponName {
  readonly tenantId: string;
  readonly couponId: string;
}

export interface GateQuestion {
  readonly couponId: string;
  /** In order of arrival. */
  readonly userIds: readonly string[];
}

/** Per coupon, one verdict per user; a coupon of which Redis knows nothing is missing. */
export type GateAnswer = ReadonlyMap<string, readonly GateVerdict[]>;

/** How one user stands to a coupon after a batch. */
export interface CommittedUser {
  readonly userId: string;
  readonly uses: number;
  /** The latest of these uses, milliseconds since 1970. */
  readonly lastAt?: number | null;
}

/** What a batch left behind of one coupon. */
export interface Committed extends CouponName {
  readonly stock: Stock;
  readonly perUserCap: number | null;
  readonly timeLimitMs?: number | null;
  readonly users: readonly CommittedUser[];
}

/** One user's entry, as of a revision of the coupon's numbers. */
export interface UserInRedis {
  readonly userId: string;
  readonly uses: number;
  readonly revision: number;
}
