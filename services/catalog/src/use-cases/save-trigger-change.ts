import { Outbox } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Trigger } from '../domain/trigger.js';
import { AuditStore, type Change } from '../store/audit.store.js';
import { TriggerStore } from '../store/trigger.store.js';

/** The one way in which a trigger changes: row, audit entry and the fact for everybody else commit together. */
@Injectable()
export class SaveTriggerChange {
  constructor(
    private readonly triggers: TriggerStore,
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
  ) {}

  /** The trigger's row is locked by the caller, unless it is new. */
  async run(
    tx: EntityManager,
    tenantId: string,
    change: Change<Trigger> & { readonly after: Trigger },
  ): Promise<void> {
    const { before, after, at } = change;
    const { triggerId } = after;
    await (before === null
      ? this.triggers.insert(tx, tenantId, after)
      : this.triggers.replace(tx, tenantId, after));
    await this.audit.add(tx, tenantId, { triggerId }, change);
    const { version, ...data } = after;
    await this.outbox.add(tx, {
      topic: 'catalog.trigger.v1',
      name: 'trigger-changed',
      tenantId,
      key: triggerId,
      subject: `trigger/${triggerId}`,
      revision: version,
      time: at.toISOString(),
      data,
    });
  }
}
