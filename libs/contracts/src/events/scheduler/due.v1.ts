import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** A due fact says which instant it stands for; the reader checks that it still means that instant. */
const couponDue = z.object({ couponId: id, dueAt: instant });

export const schedulerDue = defineTopic({
  name: 'scheduler.due.v1',
  producer: 'scheduler',
  description:
    'Instants that have come. A late or stale one must change nothing: compare `dueAt` with what you know.',
  key: 'couponId',
  compacted: false,
  partitions: 6,
  events: {
    'coupon-start-due': defineEvent({
      description: "A scheduled coupon's start has come.",
      schema: couponDue,
      sample: { couponId: sampleIds.coupon, dueAt: sampleTimes.start },
    }),
    'coupon-end-due': defineEvent({
      description: "A coupon's end has come.",
      schema: couponDue,
      sample: { couponId: sampleIds.coupon, dueAt: sampleTimes.end },
    }),
  },
});
