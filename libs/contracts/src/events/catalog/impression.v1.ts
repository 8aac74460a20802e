import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const impressionPlace = z
  .enum(['list', 'detail', 'share'])
  .describe('list: in a list of coupons. detail: opened. share: through a shared link.');
export type ImpressionPlace = z.infer<typeof impressionPlace>;

export const couponsSeen = z.object({
  userId: id,
  receivedAt: instant,
  impressions: z
    .array(
      z.object({
        couponId: id,
        channelId: id,
        place: impressionPlace,
        seenAt: instant.describe(
          "By the server's clock: corrected by how far the app's was off when it told; never after `receivedAt`.",
        ),
      }),
    )
    .min(1)
    .max(100),
});
export type CouponsSeen = z.infer<typeof couponsSeen>;

export const catalogImpression = defineTopic({
  name: 'catalog.impression.v1',
  producer: 'catalog',
  consumers: ['catalog'],
  description:
    'Which coupons users had on their screens, as their apps tell in batches. Of published coupons only.',
  key: 'userId',
  subject: 'user/{userId}',
  compacted: false,
  partitions: 6,
  events: {
    'coupons-seen': defineEvent({
      description: 'A user saw these coupons; of one coupon there may be several times.',
      schema: couponsSeen,
      sample: {
        userId: sampleIds.user,
        receivedAt: sampleTimes.moment,
        impressions: [
          {
            couponId: sampleIds.coupon,
            channelId: sampleIds.channel,
            place: 'list',
            seenAt: '2026-11-22T10:15:02.000Z',
          },
        ],
      },
    }),
  },
});
