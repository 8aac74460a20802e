import { Outbox } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProgrammeStore } from '../store/programme.store.js';

@Injectable()
export class TellProgramme {
  constructor(
    private readonly programmes: ProgrammeStore,
    private readonly outbox: Outbox,
  ) {}

  /** Tells the programme as it stands, with its point names. The caller has locked its row and changed one of these. */
  async run(tx: EntityManager, tenantId: string, programmeId: string, time: string): Promise<void> {
    const { revision, data } = await this.programmes.nextSnapshot(tx, tenantId, programmeId);
    await this.outbox.add(tx, {
      topic: 'catalog.programme.v1',
      name: 'programme-snapshot',
      tenantId,
      key: programmeId,
      subject: `programme/${programmeId}`,
      revision,
      time,
      data,
    });
  }
}
