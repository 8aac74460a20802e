import { z } from 'zod';
import { partnerProfile } from '../events/catalog/partner.v1.js';
import { trigger, triggerHeader } from '../events/catalog/trigger.v1.js';
import { programmeSnapshot } from '../events/catalog/programme.v1.js';
import { programme } from '../events/platform/loyalty.v1.js';
import { cashier, partner, store } from '../events/platform/partner.v1.js';
import { id, positiveCount, revision, storableString } from '../primitives.js';
import { page } from './paging.js';

/** Facts put in over HTTP by role `service`; each takes effect through its topic. The id is in the path. */
export const putPartnerBody = partner.omit({ partnerId: true }).extend({ revision }).strict();
export type PutPartnerBody = z.output<typeof putPartnerBody>;
export const putStoreBody = store.omit({ storeId: true }).extend({ revision }).strict();
export type PutStoreBody = z.output<typeof putStoreBody>;
export const putCashierBody = cashier.omit({ cashierId: true }).extend({ revision }).strict();
export type PutCashierBody = z.output<typeof putCashierBody>;
export const putProgrammeBody = programme.omit({ programmeId: true }).extend({ revision }).strict();
export type PutProgrammeBody = z.output<typeof putProgrammeBody>;

/** Removed ones are not listed, so nothing here says whether one is. */
export const partnerView = partnerProfile.omit({ removed: true }).meta({ id: 'Partner' });
export type PartnerView = z.output<typeof partnerView>;
export const partnerPage = page(partnerView).meta({ id: 'PartnerPage' });

export const storeView = store.omit({ removed: true }).meta({ id: 'Store' });
export type StoreView = z.output<typeof storeView>;
export const storePage = page(storeView).meta({ id: 'StorePage' });

export const cashierView = cashier.omit({ removed: true }).meta({ id: 'Cashier' });
export type CashierView = z.output<typeof cashierView>;
export const cashierPage = page(cashierView).meta({ id: 'CashierPage' });

export const programmeView = programmeSnapshot.omit({ removed: true }).meta({ id: 'Programme' });
export type ProgrammeView = z.output<typeof programmeView>;
export const programmePage = page(programmeView).meta({ id: 'ProgrammePage' });

/** A name for people, which must show something. */
function shownName(max: number) {
  return storableString()
    .max(max)
    .refine((name) => name.trim() !== '', 'must not be blank');
}

export const createPointNameBody = z.strictObject({
  partnerId: id.describe('An account behind channels that you own.'),
  name: shownName(80),
  programmeId: id
    .nullable()
    .default(null)
    .describe('null = standalone, earned by hand only; else a loyalty programme of the account.'),
});
export type CreatePointNameBody = z.output<typeof createPointNameBody>;

export const changePointNameBody = z.strictObject({ name: shownName(80) });
export type ChangePointNameBody = z.output<typeof changePointNameBody>;

export const pointNameView = z
  .object({
    pointNameId: id,
    kind: z.enum(['standalone', 'loyalty']),
    programmeId: id.nullable().describe('null = standalone.'),
    partnerId: id,
    name: z.string(),
    removed: z.boolean().describe('true = withdrawn: no new coupon can ask for it or give it.'),
    version: positiveCount,
  })
  .meta({ id: 'PointName' });
export type PointNameView = z.output<typeof pointNameView>;
export const pointNamePage = page(pointNameView).meta({ id: 'PointNamePage' });

/** Without the defaults of the fact: a change leaves out what stays as it is. */
const triggerFields = {
  ...trigger.omit({ triggerId: true, removed: true }).shape,
  name: shownName(200),
  method: trigger.shape.method.unwrap(),
  headers: z.array(triggerHeader.strict()).max(20),
  bodyTemplate: trigger.shape.bodyTemplate.unwrap(),
  cost: trigger.shape.cost.unwrap().strict().nullable(),
  partnerIds: trigger.shape.partnerIds.unwrap(),
};

export const createTriggerBody = z.strictObject({
  ...triggerFields,
  method: triggerFields.method.default('POST'),
  headers: triggerFields.headers.default([]),
  bodyTemplate: triggerFields.bodyTemplate.default(null),
  partnerIds: triggerFields.partnerIds.default(null),
  cost: triggerFields.cost.default(null),
  timeoutMs: triggerFields.timeoutMs.default(5_000),
  maxAttempts: triggerFields.maxAttempts.default(8),
  offered: triggerFields.offered.default(true),
});
export type CreateTriggerBody = z.output<typeof createTriggerBody>;

/** What is left out stays as it is. Coupons that have the trigger keep the cost at which they were published. */
export const changeTriggerBody = z.strictObject(triggerFields).partial();
export type ChangeTriggerBody = z.output<typeof changeTriggerBody>;

export const triggerView = trigger.extend({ version: positiveCount }).meta({ id: 'Trigger' });
export type TriggerView = z.output<typeof triggerView>;
export const triggerPage = page(triggerView).meta({ id: 'TriggerPage' });

/** A trigger as owners pick it: where the call goes is the tenant's business. */
export const offeredTriggerView = trigger
  .pick({ triggerId: true, name: true, cost: true })
  .extend({
    partnerIds: z
      .array(id)
      .nullable()
      .describe("Those of the caller's accounts that may use it; null = all."),
  })
  .meta({ id: 'OfferedTrigger' });
export type OfferedTriggerView = z.output<typeof offeredTriggerView>;
export const offeredTriggerPage = page(offeredTriggerView).meta({ id: 'OfferedTriggerPage' });
