import { z } from 'zod';
import { count, id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

const estimateOf = {
  estimateId: id.describe('The request for it; a newer one replaces an older one.'),
  couponId: id,
  couponVersion: positiveCount.describe('Version of the draft that was counted for.'),
};

export const estimateProgressed = z.object({
  ...estimateOf,
  percent: z.int().min(0).max(99).describe('0–99.'),
  at: instant,
});

export const estimateMade = z.object({
  ...estimateOf,
  result: z.discriminatedUnion('kind', [
    z
      .object({ kind: z.literal('counted'), users: count })
      .describe('Users in audience, segment and level, whatever their points and uses.'),
    z
      .object({ kind: z.literal('not_countable'), reason: z.enum(['proximity']) })
      .describe('There is no number, which is not 0.'),
  ]),
  at: instant,
});

const sample = { estimateId: sampleIds.request, couponId: sampleIds.coupon, couponVersion: 2 };

export const targetingEstimate = defineTopic({
  name: 'targeting.estimate.v1',
  producer: 'targeting',
  consumers: ['catalog'],
  description: 'How many users a draft would reach, counted in the background.',
  key: 'couponId',
  compacted: false,
  partitions: 3,
  events: {
    'estimate-progressed': defineEvent({
      description: 'A heavy count is under way.',
      planned: true,
      schema: estimateProgressed,
      sample: { ...sample, percent: 40, at: sampleTimes.moment },
    }),
    'estimate-made': defineEvent({
      description: 'A count is done, or there is no number and the reason says why.',
      planned: true,
      schema: estimateMade,
      sample: { ...sample, result: { kind: 'counted', users: 1280 }, at: sampleTimes.moment },
    }),
  },
});
