import type { z } from 'zod';
import type {
  addonPurchased,
  cashier,
  channelSnapshot,
  partnerProfile,
  pointName,
  pointsEarned,
  programmeSnapshot,
  store,
  trigger,
} from '#contracts';
import { newId } from '../new-id.js';
import { stateFact } from './state-fact.js';
import type { TestFact } from './test-fact.js';

type ChannelSnapshotInput = z.input<typeof channelSnapshot>;
type PartnerProfileInput = z.input<typeof partnerProfile>;
type PointNameInput = z.input<typeof pointName>;
type ProgrammeInput = z.input<typeof programmeSnapshot>;
type StoreInput = z.input<typeof store>;
type TriggerInput = z.input<typeof trigger>;
type CashierInput = z.input<typeof cashier>;
type PointsEarnedInput = z.input<typeof pointsEarned>;
type AddonPurchasedInput = z.input<typeof addonPurchased>;

/** An active channel, as catalog tells of it. */
export function aChannelSnapshot(overrides: Partial<ChannelSnapshotInput> = {}): ChannelSnapshotInput {
  return {
    channelId: newId(),
    partnerId: newId(),
    name: 'Café Central',
    status: 'active',
    activeSince: new Date().toISOString(),
    timeZone: 'Europe/Zagreb',
    ...overrides,
  };
}

/** An active account, as catalog tells of it. */
export function aPartnerProfile(overrides: Partial<PartnerProfileInput> = {}): PartnerProfileInput {
  return { partnerId: newId(), name: 'Café Central', website: null, active: true, ...overrides };
}

/** Standalone; of a programme when one is named. */
export function aPointName({
  programmeId,
  ...named
}: Partial<Omit<Extract<PointNameInput, { kind: 'loyalty' }>, 'kind'>> = {}): PointNameInput {
  const common = { pointNameId: newId(), partnerId: newId(), name: 'coin', ...named };
  return programmeId === undefined
    ? { kind: 'standalone', ...common }
    : { kind: 'loyalty', programmeId, ...common };
}

export function aProgramme(overrides: Partial<ProgrammeInput> = {}): ProgrammeInput {
  return {
    programmeId: newId(),
    partnerId: newId(),
    name: 'Central Club',
    levels: [],
    earningActions: [],
    pointNameIds: [],
    ...overrides,
  };
}

export function aStore(overrides: Partial<StoreInput> = {}): StoreInput {
  return {
    storeId: newId(),
    partnerId: newId(),
    name: 'Ilica 1',
    timeZone: 'Europe/Zagreb',
    position: null,
    ...overrides,
  };
}

/** A call that costs nothing and that every account may use. */
export function aTrigger(overrides: Partial<TriggerInput> = {}): TriggerInput {
  return {
    triggerId: newId(),
    name: 'Give this user 1 GB data',
    url: 'https://provisioning.example.com/v1/data-packages',
    signingKey: 'provisioning',
    cost: null,
    timeoutMs: 5_000,
    maxAttempts: 8,
    offered: true,
    ...overrides,
  };
}

/** Works at no store and may give no points. */
export function aCashier(overrides: Partial<CashierInput> = {}): CashierInput {
  return { cashierId: newId(), partnerId: newId(), displayName: 'Marko', storeIds: [], ...overrides };
}

export function anEarning(overrides: Partial<PointsEarnedInput> = {}): PointsEarnedInput {
  return {
    earningId: newId(),
    userId: newId(),
    programmeId: newId(),
    pointNameId: newId(),
    actionId: null,
    points: '10',
    earnedAt: new Date().toISOString(),
    ...overrides,
  };
}

export function aPurchase(overrides: Partial<AddonPurchasedInput> = {}): AddonPurchasedInput {
  return {
    purchaseId: newId(),
    partnerId: newId(),
    bought: { resource: 'MB', units: 1024 },
    purchasedAt: new Date().toISOString(),
    ...overrides,
  };
}

export const channelSnapshotFact = stateFact(
  'catalog.channel.v1',
  'channel-snapshot',
  'channel',
  ({ channelId }) => channelId,
);

export const triggerFact = stateFact(
  'catalog.trigger.v1',
  'trigger-changed',
  'trigger',
  ({ triggerId }) => triggerId,
);

export const partnerFact = stateFact(
  'catalog.partner.v1',
  'partner-snapshot',
  'partner',
  ({ partnerId }) => partnerId,
);

export const pointNameFact = stateFact(
  'catalog.point-name.v1',
  'point-name-changed',
  'point-name',
  ({ pointNameId }) => pointNameId,
);

export const programmeFact = stateFact(
  'catalog.programme.v1',
  'programme-snapshot',
  'programme',
  ({ programmeId }) => programmeId,
);

export const storeFact = stateFact('platform.partner.v1', 'store-changed', 'store', ({ storeId }) => storeId);

export const cashierFact = stateFact(
  'platform.partner.v1',
  'cashier-changed',
  'cashier',
  ({ cashierId }) => cashierId,
);

/** No state: without a revision. */
export function earningFact(
  tenantId: string,
  data: PointsEarnedInput,
): TestFact<'platform.points-earned.v1'> {
  const subject = `earning/${data.earningId}`;
  const topic = 'platform.points-earned.v1';
  return { topic, name: 'points-earned', tenantId, key: data.userId, subject, data };
}

/** No state: without a revision. */
export function purchaseFact(tenantId: string, data: AddonPurchasedInput): TestFact<'platform.addon.v1'> {
  const subject = `purchase/${data.purchaseId}`;
  return {
    topic: 'platform.addon.v1',
    name: 'addon-purchased',
    tenantId,
    key: data.partnerId,
    subject,
    data,
  };
}

export const tenantSettingsFact = stateFact(
  'catalog.tenant.v1',
  'tenant-settings-changed',
  'tenant',
  ({ tenantId }) => tenantId,
);
