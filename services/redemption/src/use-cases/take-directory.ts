import { Injectable } from '@nestjs/common';
import type {
  Cashier,
  ChannelSnapshot,
  PartnerProfile,
  PointName,
  ProgrammeSnapshot,
  Store,
  TenantSnapshot,
  Trigger,
} from '#contracts';
import type { EventContext } from '#platform';
import { DirectoryStore } from '../store/directory.store.js';
import { TenantSettingsStore } from '../store/tenant-settings.store.js';
import { TriggerStore } from '../store/trigger.store.js';

/** Something that the directory tells of, by the kind of its subject. */
export type DirectoryFact =
  | { readonly kind: 'channel'; readonly state: ChannelSnapshot }
  | { readonly kind: 'partner'; readonly state: PartnerProfile }
  | { readonly kind: 'point-name'; readonly state: PointName }
  | { readonly kind: 'programme'; readonly state: ProgrammeSnapshot }
  | { readonly kind: 'store'; readonly state: Store }
  | { readonly kind: 'cashier'; readonly state: Cashier }
  | { readonly kind: 'tenant'; readonly state: TenantSnapshot }
  | { readonly kind: 'trigger'; readonly state: Trigger };

/**
 * Takes over what others say of channels, accounts, currencies, stores, staff, tenants and triggers. Batches read it after their locks, so
 * what is committed here holds for the next one; no process remembers it.
 */
@Injectable()
export class TakeDirectory {
  constructor(
    private readonly directory: DirectoryStore,
    private readonly settings: TenantSettingsStore,
    private readonly triggers: TriggerStore,
  ) {}

  run({ tx, tenantId }: EventContext, fact: DirectoryFact, revision: number): Promise<void> {
    const { directory } = this;
    switch (fact.kind) {
      case 'channel':
        return directory.putChannel(tx, tenantId, fact.state, revision);
      case 'partner':
        return directory.putPartner(tx, tenantId, fact.state, revision);
      case 'point-name':
        return directory.putPointName(tx, tenantId, fact.state, revision);
      case 'programme':
        return directory.putProgramme(tx, tenantId, fact.state, revision);
      case 'store':
        return directory.putStore(tx, tenantId, fact.state, revision);
      case 'cashier':
        return directory.putCashier(tx, tenantId, fact.state, revision);
      case 'tenant':
        return this.settings.put(tx, tenantId, fact.state, revision);
      case 'trigger':
        return this.triggers.put(tx, tenantId, fact.state, revision);
    }
  }
}
