import { z } from 'zod';
import { id, instant, positiveCount } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** A due fact says which instant it stands for; the reader checks that it still means that instant. */
const couponDue = z.object({ couponId: id, dueAt: instant });

/** One occurrence of a recurring coupon: `[opensAt, closesAt)`. */
const windowDue = z.object({ ...couponDue.shape, opensAt: instant, closesAt: instant });

/** A cohort: everybody in whose zone it is 10:00 at `dueAt`. Who of them is reminded, redemption finds out. */
const reminderDue = z.object({
  ...couponDue.shape,
  couponVersion: positiveCount.describe('It was planned from; the reader waits until it knows this one.'),
});

export const schedulerDue = defineTopic({
  name: 'scheduler.due.v1',
  producer: 'scheduler',
  consumers: ['catalog', 'redemption', 'targeting'],
  description:
    'Instants that have come, one fact per coupon, kind and instant: its id is made of these. A late or stale one must change nothing: compare `dueAt` with what you know.',
  key: 'couponId',
  subject: 'coupon/{couponId}',
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
    'window-opened': defineEvent({
      description:
        'A window of a recurring coupon has opened; `dueAt` is `opensAt`. Told of active coupons, and of no window that is over already.',
      schema: windowDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: sampleTimes.start,
        opensAt: sampleTimes.start,
        closesAt: '2026-11-22T17:00:00.000Z',
      },
    }),
    'window-closed': defineEvent({
      description:
        'A window of a recurring coupon has closed; `dueAt` is `closesAt`. Told, however late, of the windows whose opening was told.',
      schema: windowDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: '2026-11-22T17:00:00.000Z',
        opensAt: sampleTimes.start,
        closesAt: '2026-11-22T17:00:00.000Z',
      },
    }),
    'reminder-due': defineEvent({
      description: 'It is 10:00 in some zones: time to remind users there of a coupon that expires soon.',
      schema: reminderDue,
      sample: { couponId: sampleIds.coupon, dueAt: '2026-12-19T09:00:00.000Z', couponVersion: 3 },
    }),
  },
});
