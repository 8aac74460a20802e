import { z } from 'zod';
import { id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const couponApplied = z.object({ couponId: id, version: positiveCount, appliedAt: instant });

export const redemptionCouponApplied = defineTopic({
  name: 'redemption.coupon-applied.v1',
  producer: 'redemption',
  consumers: ['catalog'],
  description: 'Which version of each coupon decides redemptions now.',
  key: 'couponId',
  subject: 'coupon/{couponId}',
  compacted: true,
  partitions: 3,
  events: {
    'coupon-applied': defineEvent({
      description: 'From here on redemptions are decided on this version of the coupon.',
      schema: couponApplied,
      sample: { couponId: sampleIds.coupon, version: 3, appliedAt: sampleTimes.moment },
    }),
  },
});
