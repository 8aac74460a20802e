import type { ChangeTriggerBody, TriggerView } from '#contracts';
import { CommandOutcome, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { changedTrigger, type Trigger } from '../domain/trigger.js';
import { PartnerStore } from '../store/partner.store.js';
import { ReviseTrigger } from './revise-trigger.js';

export interface TriggerEdit {
  /** The version that the caller edited; null = whatever it is now. */
  readonly expectedVersion: number | null;
  readonly fields: ChangeTriggerBody;
}

@Injectable()
export class ChangeTrigger {
  constructor(
    private readonly database: TenantDatabase,
    private readonly partners: PartnerStore,
    private readonly revise: ReviseTrigger,
  ) {}

  run(
    principal: Principal,
    triggerId: string,
    { fields, expectedVersion }: TriggerEdit,
  ): Promise<CommandOutcome<TriggerView>> {
    const { tenantId } = principal;
    return this.database.transaction(tenantId, async (tx) => {
      const partners = await this.partners.known(tx, tenantId, fields.partnerIds ?? []);
      const change = (before: Trigger) => changedTrigger(before, fields, expectedVersion, partners);
      const wanted = { triggerId, action: 'change', change };
      return new CommandOutcome(await this.revise.run(tx, principal, wanted));
    });
  }
}
