import { z } from 'zod';
import { count, id, instant, points, positiveCount, positivePoints, text } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

const byRedemption = { redemptionId: id, couponId: id };

export const creditCause = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('earned'), earningId: id, actionId: id.nullable() })
    .describe('A fact on platform.points-earned.v1.'),
  z
    .object({ kind: z.literal('granted'), grantedBy: id, reason: text({ min: 1, max: 500 }) })
    .describe('Given by an owner or a cashier.'),
  z.object({ kind: z.literal('bonus'), ...byRedemption }).describe('The bonus of a redemption.'),
  z
    .object({ kind: z.literal('price_returned'), ...byRedemption })
    .describe('The price of a voided redemption, given back.'),
]);

export const debitCause = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), ...byRedemption }).describe('The price of a redemption.'),
  z
    .object({ kind: z.literal('bonus_returned'), ...byRedemption })
    .describe('The bonus of a voided redemption, taken back.'),
]);

const entry = {
  entryId: id.describe('The ledger entry; never changed, never removed.'),
  userId: id,
  pointNameId: id,
  programmeId: id.nullable().describe('null = a standalone point name.'),
  amount: positivePoints,
  balance: points.describe('Balance after the entry.'),
  balanceRevision: positiveCount.describe(
    "Rises by one with every entry of this balance, from 1 without a gap; equals the envelope's revision.",
  ),
  hops: count
    .max(100)
    .describe(
      'How many automatic steps (points → auto coupon → bonus → …) led here; bounded, so that no circle runs for ever.',
    ),
  bookedAt: instant,
};

export const pointsCredited = z.object({ ...entry, cause: creditCause });
export type PointsCredited = z.infer<typeof pointsCredited>;

export const pointsDebited = z.object({ ...entry, cause: debitCause });
export type PointsDebited = z.infer<typeof pointsDebited>;

const byCoupon = { redemptionId: sampleIds.redemption, couponId: sampleIds.coupon };
const booked = {
  entryId: sampleIds.ledgerEntry,
  userId: sampleIds.user,
  pointNameId: sampleIds.pointName,
  programmeId: sampleIds.programme,
  hops: 0,
  bookedAt: sampleTimes.moment,
};

export const redemptionPoints = defineTopic({
  name: 'redemption.points.v1',
  producer: 'redemption',
  consumers: ['targeting', 'notification'],
  description: 'Every entry of the points ledger, with the balance after it.',
  key: 'userId/pointNameId',
  revised: true,
  compacted: false,
  partitions: 6,
  events: {
    'points-credited': defineEvent({
      description: 'A user got points.',
      schema: pointsCredited,
      sample: {
        ...booked,
        amount: '10',
        balance: '260',
        balanceRevision: 7,
        cause: { kind: 'bonus', ...byCoupon },
      },
    }),
    'points-debited': defineEvent({
      description: 'Points were taken from a user. A balance never falls below 0.',
      schema: pointsDebited,
      sample: {
        ...booked,
        amount: '100',
        balance: '160',
        balanceRevision: 8,
        cause: { kind: 'price', ...byCoupon },
      },
    }),
  },
});
