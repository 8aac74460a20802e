import type { CreateTriggerBody, TriggerView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands } from '#platform';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { newTrigger } from '../domain/trigger.js';
import { DatabaseClock } from '../store/database-clock.js';
import { PartnerStore } from '../store/partner.store.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveTriggerChange } from './save-trigger-change.js';
import { triggerAnswer } from './trigger-answer.js';

@Injectable()
export class CreateTrigger {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly partners: PartnerStore,
    private readonly save: SaveTriggerChange,
  ) {}

  run(command: CommandRequest, body: CreateTriggerBody): Promise<CommandOutcome<TriggerView>> {
    const { tenantId, subject } = command.principal;
    return this.commands.run(command, async (tx) => {
      const at = await this.clock.now(tx);
      const partners = await this.partners.known(tx, tenantId, body.partnerIds ?? []);
      const after = valueOf(newTrigger(uuidv7(), body, partners));
      const by = { kind: 'person', id: subject } as const;
      await this.save.run(tx, tenantId, { before: null, after, action: 'create', by, at });
      return triggerAnswer(201, after);
    });
  }
}
