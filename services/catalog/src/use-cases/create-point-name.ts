import type { CreatePointNameBody, PointNameView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { mostPointNamesOfAProgramme } from '../domain/point-name.js';
import { ChannelStore } from '../store/channel.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { PointNameStore } from '../store/point-name.store.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { pointNameAnswer } from './point-name-answer.js';
import { SavePointNameChange } from './save-point-name-change.js';

@Injectable()
export class CreatePointName {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly channels: ChannelStore,
    private readonly programmes: ProgrammeStore,
    private readonly pointNames: PointNameStore,
    private readonly save: SavePointNameChange,
  ) {}

  run(command: CommandRequest, body: CreatePointNameBody): Promise<CommandOutcome<PointNameView>> {
    const { tenantId, subject } = command.principal;
    return this.commands.run(command, async (tx) => {
      await this.refuseForeignPartner(tx, command, body.partnerId);
      if (body.programmeId !== null) await this.lockProgramme(tx, tenantId, body.partnerId, body.programmeId);
      const at = await this.clock.now(tx);
      const after = { pointNameId: uuidv7(), ...body, removed: false, version: 1 };
      const by = { kind: 'person', id: subject } as const;
      await this.save.run(tx, tenantId, { before: null, after, action: 'create', by, at });
      return pointNameAnswer(201, after);
    });
  }

  private async refuseForeignPartner(
    tx: EntityManager,
    { principal }: CommandRequest,
    partnerId: string,
  ): Promise<void> {
    const mine = await this.channels.partnersOf(tx, principal.tenantId, principal.channels);
    if (!mine.includes(partnerId))
      throw new ProblemError('partner_not_found', {
        errors: [{ pointer: '/partnerId', message: 'is not an account behind a channel that you own' }],
      });
  }

  /** Point names of one programme are made one after another: its snapshot names them all, up to a bound. */
  private async lockProgramme(
    tx: EntityManager,
    tenantId: string,
    partnerId: string,
    programmeId: string,
  ): Promise<void> {
    const programme = await this.programmes.lock(tx, tenantId, programmeId);
    if (programme?.partnerId !== partnerId || programme.removed)
      throw new ProblemError('programme_not_found', {
        errors: [{ pointer: '/programmeId', message: 'is not a loyalty programme of this account' }],
      });
    if ((await this.pointNames.countOf(tx, tenantId, programmeId)) >= mostPointNamesOfAProgramme)
      throw new ProblemError('wrong_state', {
        detail: `A programme has at most ${mostPointNamesOfAProgramme} point names; withdraw one first.`,
      });
  }
}
