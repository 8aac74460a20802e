import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { couponStock } from './redemption.v1.js';

export const couponExhausted = z.object({ couponId: id, exhaustedAt: instant, stock: couponStock });

export const redemptionCouponExhausted = defineTopic({
  name: 'redemption.coupon-exhausted.v1',
  producer: 'redemption',
  consumers: ['catalog'],
  description: 'Coupons whose last permitted redemption was committed.',
  key: 'couponId',
  subject: 'coupon/{couponId}',
  compacted: false,
  partitions: 3,
  events: {
    'coupon-exhausted': defineEvent({
      description:
        'The maximum number of redemptions is reached. Sticky: a later void does not reopen the coupon.',
      schema: couponExhausted,
      sample: {
        couponId: sampleIds.coupon,
        exhaustedAt: sampleTimes.moment,
        stock: { redeemed: 100, max: 100, finished: true, revision: 101 },
      },
    }),
  },
});
