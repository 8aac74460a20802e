import { z } from 'zod';
import { id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** Asks redemption, which alone knows how much is left, for another total cap. */
export const capRequested = z.object({
  requestId: id,
  couponId: id,
  maxRedemptions: positiveCount.nullable().describe('The cap that is asked for; null = unlimited.'),
  expectedMax: positiveCount
    .nullable()
    .optional()
    .describe('The cap that the owner had seen; the request holds for no other. Absent = for any.'),
  requestedBy: id.describe('The owner who asked.'),
  requestedAt: instant,
});
export type CapRequested = z.infer<typeof capRequested>;

export const catalogCapRequest = defineTopic({
  name: 'catalog.cap-request.v1',
  producer: 'catalog',
  consumers: ['redemption'],
  description:
    'Wishes to change how often a published coupon can be redeemed; redemption.cap.v1 carries the answers.',
  key: 'couponId',
  subject: 'cap-request/{requestId}',
  compacted: false,
  partitions: 3,
  events: {
    'cap-requested': defineEvent({
      description: 'An owner wants a coupon to have another total cap. Nothing has changed yet.',
      schema: capRequested,
      sample: {
        requestId: sampleIds.request,
        couponId: sampleIds.coupon,
        maxRedemptions: 150,
        requestedBy: sampleIds.owner,
        requestedAt: sampleTimes.moment,
      },
    }),
  },
});
