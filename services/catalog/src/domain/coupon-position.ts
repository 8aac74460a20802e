/** Where a coupon stands in the list, newest first. */
export interface CouponPosition {
  readonly createdAt: Date;
  readonly couponId: string;
}
