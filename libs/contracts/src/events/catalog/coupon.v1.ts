import { z } from 'zod';
import { couponImage } from '../../coupon-image.js';
import { duration, id, instant, positiveCount, positivePoints, text, timeZone } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { recurrence } from '../../timeframe/recurrence.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { addonUnits } from './trigger.v1.js';

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

/** So many points of one point name. */
export const pointsAmount = z.object({ pointNameId: id, amount: positivePoints });
export type PointsAmount = z.infer<typeof pointsAmount>;

/** The external call that a redemption owes, with its cost as it was when this version was made. */
export const couponTrigger = z.object({ triggerId: id, cost: addonUnits.nullable() });

/** Whom the coupon is for. `rule`: eligible by a follow row and the clock alone; `grant`: by a grant per user. */
export const couponAvailability = z.enum(['rule', 'grant']);
export type CouponAvailability = z.infer<typeof couponAvailability>;
export const couponAudience = z.enum(['followers', 'everyone']);
export type CouponAudience = z.infer<typeof couponAudience>;

/** The message that reminds a user of a coupon so many calendar days before its expiry (D14). */
export const couponReminder = z.object({
  daysBefore: z.int().min(1).max(30),
  text: text({ min: 1, max: 1000 }),
});
export type CouponReminder = z.infer<typeof couponReminder>;

/** Whole state of one published coupon. Later issues add fields with defaults; none is ever taken away. */
export const couponSnapshot = z.object({
  couponId: id,
  channelId: id,
  partnerId: id.nullable().default(null).describe('Account of the channel, whose cashiers may redeem it.'),
  channelStatus: z
    .enum(['draft', 'active'])
    .default('active')
    .describe('Status of the channel when this version was made; catalog.channel.v1 tells of changes.'),
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
    timeLimit: duration
      .nullable()
      .default(null)
      .describe('Least time between two redemptions by one user; null = none.'),
    price: pointsAmount.nullable().default(null).describe('Points that a redemption takes.'),
    bonus: pointsAmount.nullable().default(null).describe('Points that a redemption gives.'),
    validity: duration
      .nullable()
      .default(null)
      .describe('How long a grant lasts, from the instant it was made; null = until the end of the coupon.'),
    trigger: couponTrigger.nullable().default(null),
    hideIfNotAvailable: z
      .boolean()
      .default(false)
      .describe('true = left out of lists while the balance is below the price.'),
  }),
  audience: couponAudience.default('followers'),
  availability: couponAvailability.default('rule'),
  programmeId: id.nullable().default(null).describe('Loyalty programme that the coupon belongs to.'),
  levelIds: z
    .array(id)
    .max(100)
    .default([])
    .describe(
      'Only users of one of these levels of the programme; empty = no limit. A level that the programme has lost is held by nobody.',
    ),
  imageId: id
    .nullable()
    .default(null)
    .describe('Image of the coupon; null where it was published without one.'),
  image: couponImage.nullable().default(null).describe('Where its renditions are.'),
  position: positiveCount
    .nullable()
    .default(null)
    .describe('Ascending order on the channel page; null = after all that have one.'),
  editedAt: instant.nullable().default(null).describe('Last edit by the owner; orders what has no position.'),
  schedule: z.object({
    startAt: instant.nullable().describe('null = from publication on.'),
    endAt: instant.nullable(),
    timeZone: timeZone.describe("The channel's zone, in which recurrence is read."),
    recurrence: recurrence.nullable().default(null),
  }),
  messages: z
    .object({ redeemed: text({ min: 1, max: 1000 }), reminder: couponReminder.nullable().default(null) })
    .describe('Templates with placeholders; the channel sends them as chat messages.'),
  publishedAt: instant,
});
export type CouponSnapshot = z.infer<typeof couponSnapshot>;

/** By the hash of what was uploaded. */
const sampleImage = '/catalog/v1/images/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

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
        partnerId: sampleIds.partner,
        channelStatus: 'active',
        version: 3,
        status: 'active',
        finishedReason: null,
        type: 'click',
        name: 'Free espresso',
        description: 'One espresso on the house for the first hundred guests.',
        terms: {
          maxRedemptions: 100,
          maxRedemptionsPerUser: 5,
          timeLimit: { amount: 24, unit: 'hours' },
          price: { pointNameId: sampleIds.pointName, amount: '100' },
          bonus: null,
          validity: null,
          trigger: { triggerId: sampleIds.trigger, cost: { resource: 'MB', units: 1024 } },
          hideIfNotAvailable: false,
        },
        audience: 'followers',
        availability: 'rule',
        programmeId: null,
        levelIds: [],
        imageId: sampleIds.image,
        image: {
          renditions: [
            { width: 1280, height: 720, type: 'image/webp', url: `${sampleImage}/1280.webp` },
            { width: 1280, height: 720, type: 'image/jpeg', url: `${sampleImage}/1280.jpg` },
          ],
        },
        position: 1,
        editedAt: sampleTimes.start,
        schedule: {
          startAt: sampleTimes.start,
          endAt: sampleTimes.end,
          timeZone: 'Europe/Zagreb',
          recurrence: null,
        },
        messages: {
          redeemed: 'Enjoy your {{coupon.name}}, {{user.name}}!',
          reminder: { daysBefore: 3, text: '{{coupon.name}} is yours until {{valid.until}}.' },
        },
        publishedAt: sampleTimes.start,
      },
    }),
  },
});
