import { z } from 'zod';
import { count, id, instant, points, positiveCount, positivePoints, text } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

const byRedemption = { redemptionId: id, couponId: id };

export const creditCause = z.discriminatedUnion('kind', [
  /** A fact on platform.points-earned.v1. */
  z.object({ kind: z.literal('earned'), earningId: id, actionId: id.nullable() }),
  /** Given by an owner or a cashier. */
  z.object({ kind: z.literal('granted'), grantedBy: id, reason: text({ min: 1, max: 500 }) }),
  /** The bonus of a redemption. */
  z.object({ kind: z.literal('bonus'), ...byRedemption }),
  /** The price of a voided redemption, given back. */
  z.object({ kind: z.literal('price_returned'), ...byRedemption }),
]);

export const debitCause = z.discriminatedUnion('kind', [
  /** The price of a redemption. */
  z.object({ kind: z.literal('price'), ...byRedemption }),
  /** The bonus of a voided redemption, taken back. */
  z.object({ kind: z.literal('bonus_returned'), ...byRedemption }),
]);

const entry = {
  /** The ledger entry; never changed, never removed. */
  entryId: id,
  userId: id,
  pointNameId: id,
  /** null = a standalone point name. */
  programmeId: id.nullable(),
  amount: positivePoints,
  /** Balance after the entry. */
  balance: points,
  /** Rises by one with every entry of this balance, from 1 without a gap; equals the envelope's revision. */
  balanceRevision: positiveCount,
  /** How many automatic steps (points → auto coupon → bonus → …) led here; bounded, so that no circle runs for ever. */
  hops: count.max(100),
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
  consumers: ['targeting', 'catalog', 'notification'],
  description: 'Every entry of the points ledger, with the balance after it.',
  key: 'userId/pointNameId',
  compacted: false,
  partitions: 6,
  events: {
    'points-credited': defineEvent({
      description: 'A user got points.',
      planned: true,
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
      planned: true,
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
