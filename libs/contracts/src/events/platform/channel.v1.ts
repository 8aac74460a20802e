import { z } from 'zod';
import { id, label, timeZone } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const channel = z.object({
  channelId: id,
  name: label({ max: 200 }),
  status: z.enum(['draft', 'active']),
  timeZone,
  partnerId: id,
  ownerIds: z.array(id).max(100).describe("Users who may manage the channel's coupons."),
});
export type Channel = z.infer<typeof channel>;

export const platformChannel = defineTopic({
  name: 'platform.channel.v1',
  producer: 'platform',
  ingestedBy: ['catalog'],
  consumers: ['catalog', 'notification', 'targeting'],
  description: 'Channels of the app. State by channel.',
  key: 'channelId',
  compacted: true,
  partitions: 3,
  events: {
    'channel-changed': defineEvent({
      description: 'A channel was made or changed.',
      schema: channel,
      sample: {
        channelId: sampleIds.channel,
        name: 'Café Central',
        status: 'active',
        timeZone: 'Europe/Zagreb',
        partnerId: sampleIds.partner,
        ownerIds: [sampleIds.owner],
      },
    }),
  },
});
