import type { EventOf } from '#contracts';
import { Outbox, revisionOf } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PartnerStaffStore } from '../store/partner-staff.store.js';
import { PartnerStore } from '../store/partner.store.js';

type PartnerFact = EventOf<'platform.partner.v1'>;

@Injectable()
export class KeepPartner {
  constructor(
    private readonly partners: PartnerStore,
    private readonly staff: PartnerStaffStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Keeps an account, a store or a cashier; of the account it tells the profile.
   * @throws Error on a fact without a revision: its place in the subject's history is unknown
   */
  async run(tx: EntityManager, fact: PartnerFact): Promise<void> {
    const { tenantId } = fact.envelope;
    const revision = revisionOf(fact.envelope);
    if (fact.name === 'store-changed') await this.staff.keepStore(tx, tenantId, fact.data, revision);
    else if (fact.name === 'cashier-changed') await this.staff.keepCashier(tx, tenantId, fact.data, revision);
    else await this.keepAccount(tx, fact, revision);
  }

  private async keepAccount(
    tx: EntityManager,
    { envelope, data }: Extract<PartnerFact, { name: 'partner-changed' }>,
    revision: number,
  ): Promise<void> {
    const { tenantId, time } = envelope;
    const told = await this.partners.keep(tx, tenantId, data, revision);
    if (told === null) return;
    await this.outbox.add(tx, {
      topic: 'catalog.partner.v1',
      name: 'partner-snapshot',
      tenantId,
      key: data.partnerId,
      subject: `partner/${data.partnerId}`,
      revision: told.revision,
      time,
      data: told.data,
    });
  }
}
