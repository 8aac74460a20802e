import { z } from 'zod';
import { id, instant, timeZone } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** A due fact says which instant it stands for; the reader checks that it still means that instant. */
const couponDue = z.object({ couponId: id, dueAt: instant });

/** One occurrence of a recurring coupon: `[opensAt, closesAt)`. */
const windowDue = z.object({ ...couponDue.shape, opensAt: instant, closesAt: instant });

/** Whom a reminder is for: one holder of a grant, or everybody in one zone where a coupon has no grants. */
const reminderAudience = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('grant'), grantId: id, userId: id }),
  z.object({ kind: z.literal('zone'), timeZone }),
]);

const reminderDue = z.object({
  ...couponDue.shape,
  audience: reminderAudience,
  expiresAt: instant.describe(
    'The expiry that was reckoned with; the reader reminds only if it still stands.',
  ),
});

const grantDue = z.object({ ...couponDue.shape, grantId: id, userId: id });

export const schedulerDue = defineTopic({
  name: 'scheduler.due.v1',
  producer: 'scheduler',
  consumers: ['catalog', 'targeting', 'notification'],
  description:
    'Instants that have come. A late or stale one must change nothing: compare `dueAt` with what you know.',
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
      description: 'A window of a recurring coupon opens; `dueAt` is `opensAt`.',
      planned: true,
      schema: windowDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: sampleTimes.start,
        opensAt: sampleTimes.start,
        closesAt: '2026-11-22T17:00:00.000Z',
      },
    }),
    'window-closed': defineEvent({
      description: 'A window of a recurring coupon closes; `dueAt` is `closesAt`.',
      planned: true,
      schema: windowDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: '2026-11-22T17:00:00.000Z',
        opensAt: sampleTimes.start,
        closesAt: '2026-11-22T17:00:00.000Z',
      },
    }),
    'reminder-due': defineEvent({
      description: 'Time to remind of a coupon that expires soon.',
      planned: true,
      schema: reminderDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: '2026-12-19T09:00:00.000Z',
        audience: { kind: 'grant', grantId: sampleIds.grant, userId: sampleIds.user },
        expiresAt: sampleTimes.end,
      },
    }),
    'grant-expires': defineEvent({
      description: "A user's grant has run out.",
      key: 'couponId/userId',
      subject: 'grant/{couponId}/{userId}',
      planned: true,
      schema: grantDue,
      sample: {
        couponId: sampleIds.coupon,
        dueAt: sampleTimes.end,
        grantId: sampleIds.grant,
        userId: sampleIds.user,
      },
    }),
  },
});
