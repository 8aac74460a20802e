import { z } from 'zod';
import { couponImage } from '../coupon-image.js';
import { couponType, pointsAmount } from '../events/catalog/coupon.v1.js';
import { earningAction } from '../events/platform/loyalty.v1.js';
import { redemptionMethod } from '../events/redemption/redemption.v1.js';
import { count, id, instant, points, positiveCount } from '../primitives.js';
import { page, pageQuery } from './paging.js';

/** What keeps the user from redeeming a coupon that the list shows. */
export const walletState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('available') }),
  z.object({ kind: z.literal('locked'), pointsMissing: points, pointNameId: id }),
  z.object({ kind: z.literal('cooling_down'), until: instant }),
]);
export type WalletState = z.infer<typeof walletState>;

/** A price or a bonus as the wallet shows it. */
export const namedPoints = pointsAmount.extend({ pointName: z.string().nullable() });

export const walletCoupon = z
  .object({
    couponId: id,
    channelId: id,
    type: couponType,
    name: z.string(),
    description: z.string(),
    image: couponImage.nullable(),
    position: positiveCount.nullable(),
    state: walletState,
    price: namedPoints.nullable(),
    bonus: namedPoints.nullable(),
    validUntil: instant
      .nullable()
      .describe("The earlier of the grant's validity and the coupon's end; null = without end."),
    openUntil: instant
      .nullable()
      .describe('End of the window that is open now; null = no recurrence or no end.'),
    userRedemptions: count,
    maxRedemptionsPerUser: positiveCount.nullable(),
    programmeId: id.nullable(),
    earnBy: z
      .array(earningAction)
      .describe('Actions of the programme that earn points of the price; empty for standalone point names.'),
  })
  .meta({ id: 'WalletCoupon' });
export type WalletCoupon = z.infer<typeof walletCoupon>;

export const walletQuery = pageQuery.extend({ channelId: id.optional() });
export type WalletQuery = z.output<typeof walletQuery>;
export const walletPage = page(walletCoupon).extend({ serverTime: instant }).meta({ id: 'WalletPage' });
export type WalletPage = z.infer<typeof walletPage>;

const failedRule = z.object({
  code: z.string().describe('A problem code, as the redemption would answer.'),
  detail: z.string(),
  passesAt: instant
    .nullable()
    .describe('The next instant at which this rule would pass by itself; null = not by time.'),
  pointsMissing: points.nullable(),
});

/** "Why can't I redeem?": every rule that says no now. */
export const eligibilityView = z
  .object({
    couponId: id,
    redeemable: z.boolean(),
    failed: z.array(failedRule),
    serverTime: instant,
  })
  .meta({ id: 'Eligibility' });
export type EligibilityView = z.infer<typeof eligibilityView>;

export const historyItem = z
  .object({
    redemptionId: id,
    couponId: id,
    couponName: z.string(),
    channelId: id,
    redeemedAt: instant,
    method: redemptionMethod,
    price: namedPoints.nullable(),
    bonus: namedPoints.nullable(),
    voidedAt: instant.nullable(),
  })
  .meta({ id: 'HistoryItem' });
export type HistoryItem = z.infer<typeof historyItem>;
export const historyPage = page(historyItem).meta({ id: 'HistoryPage' });
export type HistoryPage = z.infer<typeof historyPage>;

/** The shift's list: what a cashier has redeemed, newest first. */
export const shiftItem = historyItem
  .omit({ channelId: true })
  .extend({ userId: id, storeId: id.nullable() })
  .meta({ id: 'ShiftItem' });
export type ShiftItem = z.infer<typeof shiftItem>;
export const shiftPage = page(shiftItem).meta({ id: 'ShiftPage' });
export type ShiftPage = z.infer<typeof shiftPage>;
