import { z } from 'zod';
import { couponStatus, couponType } from '../events/catalog/coupon.v1.js';
import { impressionPlace } from '../events/catalog/impression.v1.js';
import { fulfilmentFailure } from '../events/redemption/fulfilment.v1.js';
import { count, id, instant, timeZone } from '../primitives.js';
import { page } from './paging.js';

export const impressionsBody = z
  .strictObject({
    sentAt: instant.describe(
      "What the app's clock shows when it sends this: the server corrects `seenAt` by the difference to its own.",
    ),
    impressions: z
      .array(z.strictObject({ couponId: id, place: impressionPlace, seenAt: instant }))
      .min(1)
      .max(100),
  })
  .meta({ id: 'Impressions' });
export type ImpressionsBody = z.output<typeof impressionsBody>;

export const impressionsTaken = z
  .object({
    received: count.describe(
      'How many were sent. Unknown coupons and what is older than 7 days do not count later, which is not told here.',
    ),
  })
  .meta({ id: 'ImpressionsTaken' });
export type ImpressionsTaken = z.infer<typeof impressionsTaken>;

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .describe('A whole number of points; a string, so that it stays exact past 2^53.');

/** Users at each step; a user counts once per coupon, for ever. */
const funnel = {
  available: z.object({
    users: count,
    counted: z
      .enum(['granted', 'audience'])
      .describe(
        'granted: users to whom the coupon ever became available. audience: the coupon has no grants; its present followers, or all users of the app.',
      ),
  }),
  seen: z.object({ users: count, impressions: count }),
  redeemed: z.object({
    users: count.describe('With at least one redemption that was not taken back.'),
    redemptions: count.describe('Not taken back.'),
    voided: count,
  }),
  refusals: count,
};

export const fulfilmentFigures = z.object({
  pending: count.describe('Calls still owed.'),
  succeeded: count,
  failed: count.describe('And not tried again since.'),
  retried: count.describe('Failed ones that were tried again.'),
  voided: count.describe('Owed no longer, because the redemption was taken back; not among the failed.'),
});

export const couponAnalytics = z
  .object({
    couponId: id,
    channelId: id,
    asOf: instant,
    ...funnel,
    places: z.record(impressionPlace, count).describe('Impressions by place.'),
    points: z
      .array(z.object({ pointNameId: id, pointName: z.string().nullable(), taken: amount, given: amount }))
      .describe('By point name; what voids returned is taken off.'),
    fulfilment: fulfilmentFigures,
  })
  .meta({ id: 'CouponAnalytics' });
export type CouponAnalytics = z.infer<typeof couponAnalytics>;

export const seriesQuery = z.object({
  by: z.enum(['hour', 'day']).default('day').describe("Hours and days of the channel's time zone."),
  from: instant
    .optional()
    .describe('Begins with the hour or day that holds it. Left out: 7 days before `to` by hour, 30 by day.'),
  to: instant.optional().describe('Ends with the hour or day before which it lies. Left out: now.'),
});
export type SeriesQuery = z.output<typeof seriesQuery>;

const seriesPoint = z.object({
  from: instant,
  to: instant.describe('Not included. A day of a clock change has 23 or 25 hours.'),
  redemptions: count.describe('Made then, also those that were taken back later.'),
  voided: count.describe('Of these redemptions: taken back by now.'),
  impressions: count,
  refusals: count,
  granted: count.describe('Users to whom the coupon became available then.'),
});
export type SeriesPoint = z.infer<typeof seriesPoint>;

export const analyticsSeries = z
  .object({ couponId: id, timeZone, by: z.enum(['hour', 'day']), items: z.array(seriesPoint) })
  .meta({ id: 'AnalyticsSeries' });
export type AnalyticsSeries = z.infer<typeof analyticsSeries>;

const storeFigures = z.object({
  kind: z
    .enum(['till', 'printed', 'online'])
    .describe(
      'till: of a store or cashier. printed: a printed code, which belongs to nobody. online: neither.',
    ),
  storeId: id.nullable(),
  storeName: z.string().nullable(),
  cashierId: id.nullable(),
  cashierName: z.string().nullable(),
  redemptions: count.describe('Not taken back.'),
  voided: count,
});
export type StoreFigures = z.infer<typeof storeFigures>;

export const analyticsStores = z
  .object({ couponId: id, items: z.array(storeFigures).describe('Most redemptions first.') })
  .meta({ id: 'AnalyticsStores' });
export type AnalyticsStores = z.infer<typeof analyticsStores>;

export const analyticsRefusals = z
  .object({
    couponId: id,
    items: z
      .array(z.object({ code: z.string().describe('Problem code.'), count }))
      .describe('The most frequent first.'),
  })
  .meta({ id: 'AnalyticsRefusals' });
export type AnalyticsRefusals = z.infer<typeof analyticsRefusals>;

export const analyticsFulfilment = z
  .object({
    couponId: id,
    ...fulfilmentFigures.shape,
    failures: z
      .array(z.object({ reason: fulfilmentFailure.exclude(['voided']), count }))
      .describe('Every failure by its reason, also those tried again; the most frequent first.'),
  })
  .meta({ id: 'AnalyticsFulfilment' });
export type AnalyticsFulfilment = z.infer<typeof analyticsFulfilment>;

const couponFigures = z
  .object({ couponId: id, name: z.string().nullable(), type: couponType, status: couponStatus, ...funnel })
  .meta({ id: 'CouponFigures' });
export type CouponFigures = z.infer<typeof couponFigures>;

/** The newest coupon first. */
export const channelAnalyticsPage = page(couponFigures).meta({ id: 'ChannelAnalyticsPage' });

export const analyticsExportQuery = seriesQuery.extend({
  report: z
    .enum(['summary', 'series', 'stores', 'refusals', 'fulfilment'])
    .default('summary')
    .describe('`by`, `from` and `to` count for the series only.'),
});
export type AnalyticsExportQuery = z.output<typeof analyticsExportQuery>;
