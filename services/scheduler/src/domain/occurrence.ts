import type { CouponSnapshot, EventName } from '#contracts';

/** What of a coupon's reminder decides when cohorts are due. Instants in milliseconds since 1970. */
export interface PlannedReminder {
  readonly daysBefore: number;
  /** null = everybody's expiry is the coupon's end. */
  readonly validityMs: number | null;
  readonly publishedAt: number;
  readonly editedAt: number;
  readonly version: number;
}

/** What of a coupon decides when something is due. */
export interface PlannedCoupon extends Pick<CouponSnapshot, 'couponId' | 'status' | 'schedule'> {
  /** Missing in what was kept before there were reminders. */
  readonly reminder?: PlannedReminder | null;
}

/**
 * A group whose instants are announced for all its members at once, instead of one by one: the users of one zone, the
 * grants of one day. Its `name` begins with the sort that kinds name in `of`: `zone/Europe/Zagreb`. A coupon's own
 * instants are those of the cohort `wholeCoupon`.
 */
export interface Cohort {
  readonly name: string;
  /** What the sort's kinds reckon with. */
  readonly data: Readonly<Record<string, unknown>>;
}

export const wholeCoupon: Cohort = { name: '', data: {} };

export function sortOf({ name }: Cohort): string {
  return name.split('/', 1)[0] ?? '';
}

/** One instant that a fact will stand for. Milliseconds since 1970. */
export interface Occurrence {
  readonly dueAt: number;
  /** From here on nobody needs to be told any more; null = it is told however late. */
  readonly lapsesAt: number | null;
  /** What the fact says besides `couponId` and `dueAt`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How far a cohort has come. Milliseconds since 1970. */
export interface Progress<Kind extends string = string> {
  /** The last instant announced of each kind. */
  readonly announced: Readonly<Partial<Record<Kind, number>>>;
  readonly now: number;
}

/** A kind of instant: a row of the table in kinds.ts. */
export interface KindRule {
  readonly fact: EventName<'scheduler.due.v1'>;
  /** The sort of cohorts that it is reckoned for; '' = coupons themselves. */
  readonly of: string;
  /** Of instants of one cohort that are equal, the lowest goes first. */
  readonly rank: number;
  /**
   * The next one to come, or one that has passed and is still to be told; null = none. Pure: the same for the same
   * coupon, cohort and progress, whoever asks and however often.
   */
  readonly next: (coupon: PlannedCoupon, progress: Progress, cohort: Cohort) => Occurrence | null;
}
