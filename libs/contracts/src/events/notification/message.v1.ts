import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const messageKind = z.enum([
  'coupon_available',
  'coupon_redeemed',
  'coupon_voided',
  'coupon_expiring',
  'owner_notice',
]);

/** A chat message from a channel to a user, rendered. */
export const channelMessage = z.object({
  messageId: id,
  channelId: id,
  userId: id,
  kind: messageKind,
  text: z.string(),
  couponId: id.nullable(),
  redemptionId: id.nullable(),
  createdAt: instant,
});
export type ChannelMessage = z.infer<typeof channelMessage>;

export const notificationMessage = defineTopic({
  name: 'notification.message.v1',
  producer: 'notification',
  consumers: [],
  description: 'Chat messages from channels to users, for the chat service to deliver.',
  key: 'userId',
  subject: 'message/{messageId}',
  compacted: false,
  partitions: 6,
  events: {
    'message-created': defineEvent({
      description: "A message was written into the user's inbox and is to be delivered.",
      schema: channelMessage,
      sample: {
        messageId: sampleIds.message,
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        kind: 'coupon_redeemed',
        text: 'Enjoy your Free espresso, Ana!',
        couponId: sampleIds.coupon,
        redemptionId: sampleIds.redemption,
        createdAt: sampleTimes.moment,
      },
    }),
  },
});
