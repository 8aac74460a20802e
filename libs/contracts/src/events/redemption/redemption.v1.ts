import { z } from 'zod';
import { couponType, pointsAmount } from '../catalog/coupon.v1.js';
import { addonUnits } from '../catalog/trigger.v1.js';
import { count, id, instant, positiveCount, text } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** How much of the coupon is used up, absolutely: a reader keeps the one with the highest `revision`. */
export const couponStock = z.object({
  redeemed: count,
  max: positiveCount.nullable(),
  finished: z.boolean(),
  revision: positiveCount.describe('Rises with every change of these numbers.'),
});
export type CouponStock = z.infer<typeof couponStock>;

/** How a redemption came about. */
export const redemptionMethod = z
  .enum(['button', 'pass', 'printed_code', 'screen_code', 'auto'])
  .describe(
    'button: the user pressed Redeem. pass: a cashier scanned the user. printed_code, screen_code: the user scanned. auto: by itself.',
  );
export type RedemptionMethod = z.infer<typeof redemptionMethod>;

/** What a redemption moved besides the count; null = nothing. */
const moved = {
  price: pointsAmount.nullable().default(null),
  bonus: pointsAmount.nullable().default(null),
  units: addonUnits.nullable().default(null).describe("Taken from the partner's account."),
  fulfilmentId: id.nullable().default(null),
};

export const redeemed = z.object({
  redemptionId: id,
  couponId: id,
  couponVersion: positiveCount,
  couponType,
  channelId: id,
  userId: id,
  redeemedAt: instant,
  userRedemptions: positiveCount.describe(
    "The user's uses of this coupon including this one, voided ones not counted.",
  ),
  stock: couponStock,
  method: redemptionMethod.default('button'),
  partnerId: id.nullable().default(null),
  storeId: id.nullable().default(null),
  cashierId: id.nullable().default(null).describe('Who scanned, or showed the code; null = nobody did.'),
  ...moved,
});
export type Redeemed = z.infer<typeof redeemed>;

export const voided = z.object({
  redemptionId: id,
  couponId: id,
  channelId: id,
  userId: id,
  voidedAt: instant,
  voidedBy: id.describe("Who took it back: a cashier's or an owner's id."),
  redeemedAt: instant,
  userRedemptions: count.describe("The user's uses that remain."),
  storeId: id.nullable().describe('Where it had been redeemed.'),
  cashierId: id.nullable().describe('Who had redeemed it.'),
  reason: text({ min: 1, max: 500 })
    .nullable()
    .default(null)
    .describe('As whoever took it back put it; null = not given.'),
  returned: z
    .object(moved)
    .describe('What went back: the price to the user, the bonus from the user, undelivered units.'),
  stock: couponStock,
});
export type Voided = z.infer<typeof voided>;

const stock = { redeemed: 42, max: 100, finished: false, revision: 43 };

export const redemptionRedemption = defineTopic({
  name: 'redemption.redemption.v1',
  producer: 'redemption',
  consumers: ['catalog', 'notification'],
  description: 'Every successful use of a coupon, and every one taken back.',
  key: 'redemptionId',
  compacted: false,
  partitions: 6,
  events: {
    redeemed: defineEvent({
      description: 'A user redeemed a coupon. Committed: it will not be undone but by `voided`.',
      schema: redeemed,
      sample: {
        redemptionId: sampleIds.redemption,
        couponId: sampleIds.coupon,
        couponVersion: 3,
        couponType: 'click',
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        redeemedAt: sampleTimes.moment,
        userRedemptions: 1,
        stock,
        method: 'button',
        partnerId: sampleIds.partner,
        storeId: null,
        cashierId: null,
        price: { pointNameId: sampleIds.pointName, amount: '100' },
        bonus: null,
        units: { resource: 'MB', units: 1024 },
        fulfilmentId: sampleIds.fulfilment,
      },
    }),
    voided: defineEvent({
      description: 'A redemption was taken back, exactly once.',
      schema: voided,
      sample: {
        redemptionId: sampleIds.redemption,
        couponId: sampleIds.coupon,
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        voidedAt: sampleTimes.moment,
        voidedBy: sampleIds.cashier,
        redeemedAt: sampleTimes.moment,
        userRedemptions: 0,
        storeId: sampleIds.store,
        cashierId: sampleIds.cashier,
        reason: 'Scanned by mistake.',
        returned: {
          price: { pointNameId: sampleIds.pointName, amount: '100' },
          bonus: null,
          units: null,
          fulfilmentId: null,
        },
        stock: { ...stock, redeemed: 41, revision: 44 },
      },
    }),
  },
});
