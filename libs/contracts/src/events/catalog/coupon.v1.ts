import { z } from 'zod';
import { id, instant, positiveCount, text, timeZone } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const couponType = z.enum(['qr', 'time_based', 'click', 'auto']);
export type CouponType = z.infer<typeof couponType>;

export const couponStatus = z.enum([
  'draft',
  'pending_approval',
  'scheduled',
  'active',
  'disabled',
  'finished',
]);
export type CouponStatus = z.infer<typeof couponStatus>;

export const finishedReason = z.enum(['end_date', 'max_redemptions', 'archived']);
export type FinishedReason = z.infer<typeof finishedReason>;

/** Whole state of one published coupon. Later issues add fields with defaults; none is ever taken away. */
export const couponSnapshot = z.object({
  couponId: id,
  channelId: id,
  version: positiveCount.describe("Rises with every change of the coupon; equals the envelope's revision."),
  status: couponStatus,
  finishedReason: finishedReason.nullable(),
  type: couponType,
  name: text({ min: 1, max: 80 }),
  description: text({ min: 1, max: 2000 }),
  terms: z.object({
    maxRedemptions: positiveCount
      .nullable()
      .describe('Total cap as of the first publication; null = unlimited. Redemption owns it from then on.'),
    maxRedemptionsPerUser: positiveCount.nullable(),
  }),
  schedule: z.object({
    startAt: instant.nullable().describe('null = from publication on.'),
    endAt: instant.nullable(),
    timeZone: timeZone.describe("The channel's zone, in which recurrence is read."),
  }),
  messages: z
    .object({ redeemed: text({ min: 1, max: 1000 }) })
    .describe('Templates with placeholders; the channel sends them as chat messages.'),
  publishedAt: instant,
});
export type CouponSnapshot = z.infer<typeof couponSnapshot>;

export const catalogCoupon = defineTopic({
  name: 'catalog.coupon.v1',
  producer: 'catalog',
  consumers: ['redemption', 'scheduler', 'notification', 'targeting'],
  description: 'Every published coupon, whole, on every change. Start here to know all coupons.',
  key: 'couponId',
  compacted: true,
  partitions: 6,
  events: {
    'coupon-snapshot': defineEvent({
      description: 'The coupon as it stands after a publication, an edit or a change of status.',
      schema: couponSnapshot,
      sample: {
        couponId: sampleIds.coupon,
        channelId: sampleIds.channel,
        version: 3,
        status: 'active',
        finishedReason: null,
        type: 'click',
        name: 'Free espresso',
        description: 'One espresso on the house for the first hundred guests.',
        terms: { maxRedemptions: 100, maxRedemptionsPerUser: 1 },
        schedule: { startAt: sampleTimes.start, endAt: sampleTimes.end, timeZone: 'Europe/Zagreb' },
        messages: { redeemed: 'Enjoy your {{coupon.name}}, {{user.name}}!' },
        publishedAt: sampleTimes.start,
      },
    }),
  },
});
