import { z } from 'zod';
import { id, instant, positiveCount } from '../primitives.js';

/** A click redemption needs nothing but the coupon's id in the path. */
export const redeemBody = z.strictObject({});

export const redemptionView = z
  .object({
    redemptionId: id,
    couponId: id,
    userId: id,
    redeemedAt: instant,
    userRedemptions: positiveCount.describe("The user's uses of this coupon including this one."),
  })
  .meta({ id: 'Redemption' });
export type RedemptionView = z.infer<typeof redemptionView>;
