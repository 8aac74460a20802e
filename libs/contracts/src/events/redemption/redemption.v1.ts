import { z } from 'zod';
import { couponType } from '../catalog/coupon.v1.js';
import { count, id, instant, positiveCount } from '../../primitives.js';
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
});
export type Redeemed = z.infer<typeof redeemed>;

export const voided = z.object({
  redemptionId: id,
  couponId: id,
  channelId: id,
  userId: id,
  voidedAt: instant,
  voidedBy: id.describe("Who took it back: a cashier's or an owner's id."),
  stock: couponStock,
});

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
      },
    }),
    voided: defineEvent({
      description: 'A redemption was taken back, exactly once.',
      planned: true,
      schema: voided,
      sample: {
        redemptionId: sampleIds.redemption,
        couponId: sampleIds.coupon,
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        voidedAt: sampleTimes.moment,
        voidedBy: sampleIds.cashier,
        stock: { ...stock, redeemed: 41, revision: 44 },
      },
    }),
  },
});
