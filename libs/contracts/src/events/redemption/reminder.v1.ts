import { z } from 'zod';
import { id, instant, positiveCount, timeZone } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const expiryReminder = z.object({
  reminderId: id,
  couponId: id,
  couponVersion: positiveCount.describe('The terms on which it was decided; texts are at least as new.'),
  channelId: id,
  userId: id,
  validUntil: instant.describe(
    "The user's own expiry: the earlier of the grant's validity and the coupon's end.",
  ),
  timeZone: timeZone.describe("The user's zone, else the channel's: the one in which it is 10:00."),
  remindedAt: instant,
});
export type ExpiryReminder = z.infer<typeof expiryReminder>;

export const redemptionReminder = defineTopic({
  name: 'redemption.reminder.v1',
  producer: 'redemption',
  consumers: ['notification'],
  description: 'Users who hold a coupon that they can still redeem and that expires soon.',
  key: 'userId',
  subject: 'reminder/{reminderId}',
  compacted: false,
  partitions: 6,
  events: {
    'expiring-soon': defineEvent({
      description: 'The user is to be reminded of a coupon; once per coupon and user, ever.',
      schema: expiryReminder,
      sample: {
        reminderId: sampleIds.reminder,
        couponId: sampleIds.coupon,
        couponVersion: 3,
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        validUntil: sampleTimes.end,
        timeZone: 'Europe/Zagreb',
        remindedAt: '2026-12-19T09:00:00.512Z',
      },
    }),
  },
});
