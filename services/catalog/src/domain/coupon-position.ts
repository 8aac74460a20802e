import type { CouponSort } from '#contracts';

/** Where a coupon stands in a list of that order. */
export interface CouponPosition {
  readonly sort: CouponSort;
  /** Its position, negative, the lowest for none; counts where the list is sorted by position. */
  readonly place: number;
  /** When it was created, or last edited where the order asks for that. */
  readonly at: Date;
  readonly couponId: string;
}

/** Of coupons without a position: after all that have one. */
const LAST = 2_147_483_647;

interface Listed {
  readonly couponId: string;
  readonly position: number | null;
  readonly createdAt: string;
  readonly editedAt: string;
}

export function positionOf(
  sort: CouponSort,
  { couponId, position, createdAt, editedAt }: Listed,
): CouponPosition {
  const at = new Date(sort === 'newest' || sort === 'oldest' ? createdAt : editedAt);
  return { sort, place: -(position ?? LAST), at, couponId };
}
