import { z } from 'zod';
import { addonPurchased } from '../events/platform/addon.v1.js';
import { pointsEarned } from '../events/platform/points-earned.v1.js';
import { creditCause, debitCause } from '../events/redemption/points.v1.js';
import { count, id, instant, points, positivePoints, text } from '../primitives.js';
import { page, pageQuery } from './paging.js';

/** Points given by hand, by a cashier or an owner. */
export const grantPointsBody = z.strictObject({
  userId: id,
  pointNameId: id,
  amount: positivePoints,
  reason: text({ min: 1, max: 500 }),
});
export type GrantPointsBody = z.output<typeof grantPointsBody>;

export const balanceView = z
  .object({
    pointNameId: id,
    pointName: z.string().nullable().describe('null = not known yet.'),
    programmeId: id.nullable(),
    balance: points,
  })
  .meta({ id: 'Balance' });
export type BalanceView = z.infer<typeof balanceView>;
export const balancePage = page(balanceView).meta({ id: 'BalancePage' });

export const pointsEntryView = z
  .object({
    entryId: id,
    pointNameId: id,
    amount: z
      .string()
      .regex(/^-?[1-9]\d{0,18}$/)
      .describe('Signed: negative = taken.'),
    balance: points.describe('After the entry.'),
    cause: z.union([creditCause, debitCause]),
    bookedAt: instant,
  })
  .meta({ id: 'PointsEntry' });
export type PointsEntryView = z.infer<typeof pointsEntryView>;
export const pointsEntryPage = page(pointsEntryView).meta({ id: 'PointsEntryPage' });
export const pointsEntryQuery = pageQuery.extend({ pointNameId: id.optional() });
export type PointsEntryQuery = z.output<typeof pointsEntryQuery>;

/** Facts put in over HTTP by role `service`; the id is in the path. */
export const putPointsEarnedBody = pointsEarned.omit({ earningId: true }).strict();
export type PutPointsEarnedBody = z.output<typeof putPointsEarnedBody>;
export const putAddonPurchaseBody = addonPurchased.omit({ purchaseId: true }).strict();
export type PutAddonPurchaseBody = z.output<typeof putAddonPurchaseBody>;

/** My account: what a partner holds of a resource. */
export const addonBalanceView = z
  .object({ partnerId: id, resource: z.string(), units: count })
  .meta({ id: 'AddonBalance' });
export const addonBalancePage = page(addonBalanceView).meta({ id: 'AddonBalancePage' });

export const addonEntryView = z
  .object({
    entryId: id,
    partnerId: id,
    resource: z.string(),
    amount: z.int().describe('Signed: negative = spent.'),
    units: count.describe('Left after the entry.'),
    cause: z.enum(['purchased', 'redeemed', 'returned']),
    subjectId: id.describe('The purchase or the redemption.'),
    bookedAt: instant,
  })
  .meta({ id: 'AddonEntry' });
export const addonEntryPage = page(addonEntryView).meta({ id: 'AddonEntryPage' });

export const voidBody = z.strictObject({ reason: text({ min: 1, max: 500 }).optional() });
export type VoidBody = z.output<typeof voidBody>;

export const voidView = z
  .object({ redemptionId: id, couponId: id, userId: id, voidedAt: instant })
  .meta({ id: 'Void' });
export type VoidView = z.infer<typeof voidView>;
