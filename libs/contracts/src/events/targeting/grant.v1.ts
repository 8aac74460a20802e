import { z } from 'zod';
import { count, id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** What made the coupon available to the user, being the last condition to hold. */
export const grantCause = z.enum([
  'published',
  'window_opened',
  'enabled',
  'channel_activated',
  'followed',
  'signed_up',
  'segment_entered',
  'level_reached',
  'place_entered',
  'points_reached',
]);
export type GrantCause = z.infer<typeof grantCause>;

const grantOf = {
  grantId: id,
  couponId: id,
  couponVersion: positiveCount.describe('Version of the coupon that it was decided on.'),
  channelId: id,
  userId: id,
  availableAt: instant.describe(
    "When the coupon first became available to the user. Never restarted, a return keeps it. How long it is valid is worked out from this at every decision, as the coupon's validity and end then stand; it is stored nowhere.",
  ),
};

export const granted = z.object({
  ...grantOf,
  cause: grantCause,
  placeId: id
    .nullable()
    .describe(
      'The place that was entered; it lets the grant outlive the segment and the level. null = none.',
    ),
  revived: z
    .boolean()
    .describe(
      'true = the user has returned: the same grant lives again, without a second message or automatic start.',
    ),
  hops: count.max(100).describe('How many automatic steps (points → auto coupon → bonus → …) led here.'),
});
export type Granted = z.infer<typeof granted>;

export const revokeCause = z.enum(['unfollowed', 'segment_left', 'level_left', 'user_removed']);
export type RevokeCause = z.infer<typeof revokeCause>;

export const revoked = z.object({ ...grantOf, cause: revokeCause, revokedAt: instant });
export type Revoked = z.infer<typeof revoked>;

const sample = {
  grantId: sampleIds.grant,
  couponId: sampleIds.coupon,
  couponVersion: 3,
  channelId: sampleIds.channel,
  userId: sampleIds.user,
  availableAt: sampleTimes.moment,
};

export const targetingGrant = defineTopic({
  name: 'targeting.grant.v1',
  producer: 'targeting',
  consumers: ['redemption', 'notification', 'scheduler', 'catalog'],
  description:
    'To whom grant coupons became available, and who lost them. State by (coupon, user); rule coupons have none.',
  key: 'couponId/userId',
  revised: true,
  compacted: false,
  partitions: 6,
  events: {
    granted: defineEvent({
      description: 'A coupon became available to a user: for the first time, or again after a return.',
      planned: true,
      schema: granted,
      sample: { ...sample, cause: 'place_entered', placeId: sampleIds.place, revived: false, hops: 0 },
    }),
    revoked: defineEvent({
      description: 'The right to what is left of a coupon has ended; a return revives it.',
      planned: true,
      schema: revoked,
      sample: { ...sample, cause: 'unfollowed', revokedAt: sampleTimes.end },
    }),
  },
});
