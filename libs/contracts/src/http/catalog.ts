import { z } from 'zod';
import { couponStatus, couponType, finishedReason } from '../events/catalog/coupon.v1.js';
import { channel } from '../events/platform/channel.v1.js';
import { count, id, instant, positiveCount, revision, text, timeZone } from '../primitives.js';
import { page } from './paging.js';

const cap = positiveCount.max(1_000_000_000).nullable();

/** A draft may lack anything but the channel and the type; what is there must be well formed. */
export const createCouponBody = z.strictObject({
  channelId: id,
  type: couponType.extract(['click']),
  name: text({ min: 1, max: 80 }).optional(),
  description: text({ min: 1, max: 2000 }).optional(),
  maxRedemptions: cap.default(null).describe('null = unlimited.'),
  maxRedemptionsPerUser: cap.default(null).describe('null = unlimited.'),
  redeemedMessage: text({ min: 1, max: 1000 })
    .default('Enjoy your {{coupon.name}}!')
    .describe('Placeholders: {{user.name}} {{coupon.name}} {{channel.name}}.'),
  startAt: instant.nullable().default(null).describe('null = from publication on.'),
  endAt: instant.nullable().default(null),
});
export type CreateCouponBody = z.output<typeof createCouponBody>;

export const couponView = z
  .object({
    couponId: id,
    channelId: id,
    type: couponType,
    status: couponStatus,
    finishedReason: finishedReason.nullable(),
    version: positiveCount,
    name: z.string().nullable(),
    description: z.string().nullable(),
    redeemedMessage: z.string().nullable(),
    maxRedemptions: positiveCount.nullable(),
    maxRedemptionsPerUser: positiveCount.nullable(),
    redeemed: count.describe('So many of `maxRedemptions`.'),
    startAt: instant.nullable(),
    endAt: instant.nullable(),
    timeZone,
    takingEffect: z.boolean().describe('true while redemptions are still decided on an older version.'),
    createdAt: instant,
    publishedAt: instant.nullable(),
  })
  .meta({ id: 'Coupon' });
export type CouponView = z.infer<typeof couponView>;

export const couponPage = page(couponView).meta({ id: 'CouponPage' });

export const channelView = channel.meta({ id: 'Channel' });

/** By channel id. */
export const channelPage = page(channelView).meta({ id: 'ChannelPage' });

/** A fact about a channel, put in over HTTP by role `service`; it takes effect through its topic. */
export const putChannelBody = channel.omit({ channelId: true }).extend({ revision }).strict();
export type PutChannelBody = z.output<typeof putChannelBody>;

/** Answer to a fact put in over HTTP: taken, and on its way. */
export const factAccepted = z.object({ eventId: id }).meta({ id: 'FactAccepted' });
