import type {
  AddonUnits,
  CouponAudience,
  CouponAvailability,
  CouponReminder,
  CouponStatus,
  CouponType,
  Duration,
  FinishedReason,
  GuardedField,
  PointsAmount,
  Recurrence,
} from '#contracts';

/** A coupon as the catalog owns it: texts, terms and life cycle. How much is used up is redemption's to say. */
export interface Coupon {
  readonly couponId: string;
  readonly channelId: string;
  readonly type: CouponType;
  readonly status: CouponStatus;
  /** Set exactly when `status` is finished. */
  readonly finishedReason: FinishedReason | null;
  /** What the tenant said when it rejected the coupon or its last revision; null unless that was the last word. */
  readonly rejectedBecause: string | null;
  /** What the owner wants to change and the tenant has not decided yet; null = nothing. Only while it is out (U4). */
  readonly pendingRevision: PendingRevision | null;
  /** 1 for a new draft; rises by one with every change. */
  readonly version: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly redeemedMessage: string | null;
  /** null = nobody is reminded */
  readonly reminder: CouponReminder | null;
  /** null = unlimited */
  readonly maxRedemptions: number | null;
  /** null = unlimited */
  readonly maxRedemptionsPerUser: number | null;
  /** Least time between two redemptions by one user; null = none. */
  readonly timeLimit: Duration | null;
  readonly price: PointsAmount | null;
  readonly bonus: PointsAmount | null;
  /** How long a grant lasts; null = to the end of the coupon. */
  readonly validity: Duration | null;
  readonly triggerId: string | null;
  /** What one call of the trigger costs, taken over at publication; null while a draft, and where it costs nothing. */
  readonly triggerCost: AddonUnits | null;
  readonly hideIfNotAvailable: boolean;
  /** The owner knows that an automatic coupon takes its price without being asked. */
  readonly pointsTakenAutomatically: boolean;
  readonly audience: CouponAudience;
  /** Fixed at publication; null while a draft. */
  readonly availability: CouponAvailability | null;
  readonly programmeId: string | null;
  /** Levels of the programme to whose users it is limited; empty = no limit. */
  readonly levelIds: readonly string[];
  readonly imageId: string | null;
  readonly position: number | null;
  /** null = from publication on */
  readonly startAt: Date | null;
  /** null = without end */
  readonly endAt: Date | null;
  /** The channel's zone, which the coupon follows (F3); null while a draft, which is read in whatever the channel's is. */
  readonly timeZone: string | null;
  /** Read in `timeZone`; null = open all the time between start and end. */
  readonly recurrence: Recurrence | null;
  readonly createdAt: Date;
  /** When the owner last changed what it says. */
  readonly editedAt: Date;
  readonly publishedAt: Date | null;
}

/** The guarded fields in which the owner wants the coupon to differ, and since when they are as they are. */
export interface PendingRevision {
  readonly fields: Partial<Pick<Coupon, GuardedField>>;
  /** RFC 3339, as it is stored. */
  readonly proposedAt: string;
}

/** The instant from which the coupon counts as started, as seen at publication. */
export function hasStarted(coupon: Pick<Coupon, 'startAt'>, now: Date): boolean {
  return coupon.startAt === null || coupon.startAt <= now;
}

/** An end that has come has come, whether or not anybody has been told yet. */
export function hasEnded(coupon: Pick<Coupon, 'endAt'>, now: Date): boolean {
  return coupon.endAt !== null && coupon.endAt <= now;
}
