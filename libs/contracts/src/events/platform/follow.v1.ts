import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const follow = z.object({
  channelId: id,
  userId: id,
  following: z
    .boolean()
    .describe(
      'false = does not follow (any more); kept as a tombstone, so that an older fact cannot revive it.',
    ),
  changedAt: instant,
});
export type Follow = z.infer<typeof follow>;

export const platformFollow = defineTopic({
  name: 'platform.follow.v1',
  producer: 'platform',
  ingestedBy: ['targeting'],
  consumers: ['redemption', 'targeting', 'catalog'],
  description: 'Who follows which channel. State by (channel, user).',
  key: 'channelId/userId',
  compacted: true,
  partitions: 6,
  events: {
    'follow-changed': defineEvent({
      description: 'A user follows a channel, or does no longer.',
      schema: follow,
      sample: {
        channelId: sampleIds.channel,
        userId: sampleIds.user,
        following: true,
        changedAt: sampleTimes.start,
      },
    }),
  },
});
