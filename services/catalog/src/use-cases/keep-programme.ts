import type { EventOf } from '#contracts';
import { revisionOf } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProgrammeStore } from '../store/programme.store.js';
import { TellProgramme } from './tell-programme.js';

@Injectable()
export class KeepProgramme {
  constructor(
    private readonly programmes: ProgrammeStore,
    private readonly tell: TellProgramme,
  ) {}

  /**
   * Keeps a programme and tells it together with its point names; members' levels are not the catalog's.
   * @throws Error on a fact without a revision: its place in the programme's history is unknown
   */
  async run(tx: EntityManager, fact: EventOf<'platform.loyalty.v1'>): Promise<void> {
    if (fact.name !== 'programme-changed') return;
    const { tenantId, time } = fact.envelope;
    const kept = await this.programmes.keep(tx, tenantId, fact.data, revisionOf(fact.envelope));
    if (kept) await this.tell.run(tx, tenantId, fact.data.programmeId, time);
  }
}
