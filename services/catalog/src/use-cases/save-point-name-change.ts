import { Outbox } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type PointName, pointNameFact } from '../domain/point-name.js';
import { AuditStore, type Change } from '../store/audit.store.js';
import { PointNameStore } from '../store/point-name.store.js';
import { TellProgramme } from './tell-programme.js';

/** The one way in which a point name changes: row, audit entry and the facts for everybody else commit together. */
@Injectable()
export class SavePointNameChange {
  constructor(
    private readonly pointNames: PointNameStore,
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
    private readonly tellProgramme: TellProgramme,
  ) {}

  /** Locked by the caller: the programme, where it has one, then its own row, unless it is new. */
  async run(
    tx: EntityManager,
    tenantId: string,
    change: Change<PointName> & { readonly after: PointName },
  ): Promise<void> {
    const { before, after, at } = change;
    const { pointNameId, programmeId } = after;
    await (before === null
      ? this.pointNames.insert(tx, tenantId, after)
      : this.pointNames.replace(tx, tenantId, after));
    await this.audit.add(tx, tenantId, { pointNameId }, change);
    await this.outbox.add(tx, {
      topic: 'catalog.point-name.v1',
      name: 'point-name-changed',
      tenantId,
      key: pointNameId,
      subject: `point-name/${pointNameId}`,
      revision: after.version,
      time: at.toISOString(),
      data: pointNameFact(after),
    });
    const listed = before !== null && !before.removed;
    if (programmeId !== null && listed === after.removed)
      await this.tellProgramme.run(tx, tenantId, programmeId, at.toISOString());
  }
}
