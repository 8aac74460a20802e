import { z } from 'zod';
import { id, instant, positiveCount } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const refusalsCounted = z.object({
  couponId: id,
  channelId: id,
  code: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .describe('Problem code of the refusals; codes are added over time, so any is read.'),
  minute: instant.describe('Start of the minute in which they happened.'),
  count: positiveCount.describe(
    'Refusals seen by one process since it last said so: readers add these up, once per event id.',
  ),
});
export type RefusalsCounted = z.infer<typeof refusalsCounted>;

export const redemptionRefusal = defineTopic({
  name: 'redemption.refusal.v1',
  producer: 'redemption',
  consumers: ['catalog'],
  description:
    'How often redemptions were refused, counted per coupon, code and minute. For analytics: a crash may lose a minute.',
  key: 'couponId',
  subject: 'refusals/{couponId}',
  compacted: false,
  partitions: 3,
  events: {
    'refusals-counted': defineEvent({
      description: 'So many attempts on a coupon were refused for one reason within a minute.',
      schema: refusalsCounted,
      sample: {
        couponId: sampleIds.coupon,
        channelId: sampleIds.channel,
        code: 'sold_out',
        minute: '2026-11-22T10:15:00.000Z',
        count: 17,
      },
    }),
  },
});
