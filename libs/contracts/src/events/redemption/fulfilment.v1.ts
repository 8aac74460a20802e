import { z } from 'zod';
import { count, id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { addonUnits } from '../catalog/trigger.v1.js';

const delivery = {
  fulfilmentId: id,
  redemptionId: id,
  couponId: id,
  channelId: id,
  partnerId: id,
  userId: id,
  triggerId: id,
  units: addonUnits.nullable().describe('Add-on units that the redemption took for it; null = none.'),
};

export const fulfilmentPending = z.object({
  ...delivery,
  round: positiveCount.describe('1 = as of the redemption; each retry by the owner adds one.'),
  pendingSince: instant,
});

export const fulfilmentSucceeded = z.object({
  ...delivery,
  round: positiveCount,
  attempts: positiveCount.describe('Calls made over all rounds.'),
  succeededAt: instant,
});

export const fulfilmentFailure = z.enum([
  'refused',
  'timed_out',
  'unreachable',
  'not_allowed',
  'withdrawn',
  'voided',
]);

export const fulfilmentFailed = z.object({
  ...delivery,
  round: positiveCount,
  attempts: count.describe('Calls made over all rounds; 0 when none was allowed.'),
  reason: fulfilmentFailure,
  lastStatus: z
    .int()
    .min(100)
    .max(599)
    .nullable()
    .describe('HTTP status of the last answer; null = there was none.'),
  failedAt: instant,
});

const sample = {
  fulfilmentId: sampleIds.fulfilment,
  redemptionId: sampleIds.redemption,
  couponId: sampleIds.coupon,
  channelId: sampleIds.channel,
  partnerId: sampleIds.partner,
  userId: sampleIds.user,
  triggerId: sampleIds.trigger,
  units: { resource: 'MB', units: 1024 },
  round: 1,
};

export const redemptionFulfilment = defineTopic({
  name: 'redemption.fulfilment.v1',
  producer: 'redemption',
  consumers: ['notification', 'catalog'],
  description: 'The external API calls owed for redemptions, and what became of them.',
  key: 'fulfilmentId',
  compacted: false,
  partitions: 6,
  events: {
    'fulfilment-pending': defineEvent({
      description: 'A call is owed: a coupon with a trigger was redeemed, or the owner wants it tried again.',
      planned: true,
      schema: fulfilmentPending,
      sample: { ...sample, pendingSince: sampleTimes.moment },
    }),
    'fulfilment-succeeded': defineEvent({
      description: 'The call was answered with success. Final.',
      planned: true,
      schema: fulfilmentSucceeded,
      sample: { ...sample, attempts: 2, succeededAt: sampleTimes.moment },
    }),
    'fulfilment-failed': defineEvent({
      description:
        'No further try will be made by itself. The redemption stands; the owner can retry or refund.',
      schema: fulfilmentFailed,
      sample: { ...sample, attempts: 8, reason: 'refused', lastStatus: 500, failedAt: sampleTimes.moment },
    }),
  },
});
