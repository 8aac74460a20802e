import { z } from 'zod';
import { id, instant, label, timeZone } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** A channel as its coupons are judged by. Catalog makes it from platform.channel.v1 and what it keeps itself. */
export const channelSnapshot = z.object({
  channelId: id,
  partnerId: id,
  name: label({ max: 200 }),
  status: z.enum(['draft', 'active']),
  activeSince: instant
    .nullable()
    .describe(
      'Since when the channel has been active; nothing of it is available before. null while it is a draft.',
    ),
  timeZone: timeZone.describe('The zone in which windows and reminders of its coupons are read.'),
  removed: z.boolean().default(false).describe('true = the channel is gone; kept as a tombstone.'),
});
export type ChannelSnapshot = z.output<typeof channelSnapshot>;

export const catalogChannel = defineTopic({
  name: 'catalog.channel.v1',
  producer: 'catalog',
  consumers: ['targeting', 'redemption'],
  description: 'Channels that coupons can belong to, whole, on every change. State by channel.',
  key: 'channelId',
  compacted: true,
  partitions: 3,
  events: {
    'channel-snapshot': defineEvent({
      description: 'The channel as catalog knows it after a change.',
      schema: channelSnapshot,
      sample: {
        channelId: sampleIds.channel,
        partnerId: sampleIds.partner,
        name: 'Café Central',
        status: 'active',
        activeSince: sampleTimes.start,
        timeZone: 'Europe/Zagreb',
        removed: false,
      },
    }),
  },
});
