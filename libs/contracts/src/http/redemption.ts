import { z } from 'zod';
import { pointsAmount } from '../events/catalog/coupon.v1.js';
import { redemptionMethod } from '../events/redemption/redemption.v1.js';
import { id, instant, positiveCount } from '../primitives.js';

/** Pressing Redeem needs nothing but the coupon's id in the path. */
export const redeemBody = z.strictObject({});

/** What the screen shows for three minutes after a time-based redemption. */
export const evidenceTicket = z.object({
  token: z
    .string()
    .max(200)
    .describe('Opens GET /v1/evidence/{token} again after a reload, on the same sign-in.'),
  shownUntil: instant.describe('180 seconds after the commit, on the server clock.'),
});

export const redemptionView = z
  .object({
    redemptionId: id,
    couponId: id,
    userId: id,
    redeemedAt: instant,
    userRedemptions: positiveCount.describe("The user's uses of this coupon including this one."),
    method: redemptionMethod,
    price: pointsAmount.nullable().describe('Points taken; null = none.'),
    bonus: pointsAmount.nullable().describe('Points given; null = none.'),
    evidence: evidenceTicket.nullable().describe('Time-based coupons only.'),
  })
  .meta({ id: 'Redemption' });
export type RedemptionView = z.infer<typeof redemptionView>;

export const evidenceView = z
  .object({
    redemptionId: id,
    couponId: id,
    couponName: z.string(),
    userId: id,
    redeemedAt: instant,
    shownUntil: instant,
    serverTime: instant.describe('The countdown starts from here, not from the phone.'),
  })
  .meta({ id: 'Evidence' });
export type EvidenceView = z.infer<typeof evidenceView>;
