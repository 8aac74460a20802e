import type { CouponStatus, CouponType, FinishedReason } from '#contracts';

/** A coupon as the catalog owns it: texts, terms and life cycle. How much is used up is redemption's to say. */
export interface Coupon {
  readonly couponId: string;
  readonly channelId: string;
  readonly type: CouponType;
  readonly status: CouponStatus;
  /** Set exactly when `status` is finished. */
  readonly finishedReason: FinishedReason | null;
  /** 1 for a new draft; rises by one with every change. */
  readonly version: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly redeemedMessage: string | null;
  /** null = unlimited */
  readonly maxRedemptions: number | null;
  /** null = unlimited */
  readonly maxRedemptionsPerUser: number | null;
  /** null = from publication on */
  readonly startAt: Date | null;
  /** null = without end */
  readonly endAt: Date | null;
  /** The channel's zone as it was at publication, locked with the schedule; null while a draft. */
  readonly timeZone: string | null;
  readonly createdAt: Date;
  readonly publishedAt: Date | null;
}

/** The instant from which the coupon counts as started, as seen at publication. */
export function hasStarted(coupon: Pick<Coupon, 'startAt'>, now: Date): boolean {
  return coupon.startAt === null || coupon.startAt <= now;
}

/** An end that has come has come, whether or not anybody has been told yet. */
export function hasEnded(coupon: Pick<Coupon, 'endAt'>, now: Date): boolean {
  return coupon.endAt !== null && coupon.endAt <= now;
}
