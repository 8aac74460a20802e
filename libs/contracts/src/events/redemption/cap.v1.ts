import { z } from 'zod';
import { id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { couponStock } from './redemption.v1.js';

const answer = {
  requestId: id.describe('The request that this answers.'),
  couponId: id,
  maxRedemptions: positiveCount.nullable().describe('The cap that was asked for; null = unlimited.'),
  decidedAt: instant,
  stock: couponStock.describe('How things stand after the decision.'),
};

export const capApplied = z.object(answer);
export type CapApplied = z.infer<typeof capApplied>;

export const capRefusal = z
  .enum(['below_redeemed', 'finished', 'print_needs_limit', 'superseded', 'changed', 'too_old'])
  .describe(
    'below_redeemed: more is redeemed already. finished: nothing can change any more. print_needs_limit: a code is printed, and one person could use the cap up. superseded: a newer request was applied before. changed: another cap held than the owner had seen. too_old: asked for more than 365 days ago.',
  );
export type CapRefusal = z.infer<typeof capRefusal>;

export const capRefused = z.object({ ...answer, reason: capRefusal });
export type CapRefused = z.infer<typeof capRefused>;

export const redemptionCap = defineTopic({
  name: 'redemption.cap.v1',
  producer: 'redemption',
  consumers: ['catalog'],
  description:
    'What became of the requests on catalog.cap-request.v1. Every request gets exactly one answer.',
  key: 'couponId',
  subject: 'cap-request/{requestId}',
  compacted: false,
  partitions: 3,
  events: {
    'cap-applied': defineEvent({
      description:
        'The new cap holds from here on. Equal to what is already redeemed, it finishes the coupon at once.',
      schema: capApplied,
      sample: {
        requestId: sampleIds.request,
        couponId: sampleIds.coupon,
        maxRedemptions: 150,
        decidedAt: sampleTimes.moment,
        stock: { redeemed: 42, max: 150, finished: false, revision: 44 },
      },
    }),
    'cap-refused': defineEvent({
      description: 'The old cap stays: `reason` says why.',
      schema: capRefused,
      sample: {
        requestId: sampleIds.request,
        couponId: sampleIds.coupon,
        maxRedemptions: 40,
        decidedAt: sampleTimes.moment,
        stock: { redeemed: 42, max: 100, finished: false, revision: 43 },
        reason: 'below_redeemed',
      },
    }),
  },
});
