import type { TriggerView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands } from '#platform';
import { Injectable } from '@nestjs/common';
import { type Trigger, withdrawnTrigger } from '../domain/trigger.js';
import { ReviseTrigger } from './revise-trigger.js';

@Injectable()
export class WithdrawTrigger {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly revise: ReviseTrigger,
  ) {}

  run(
    command: CommandRequest,
    triggerId: string,
    expectedVersion: number | null,
  ): Promise<CommandOutcome<TriggerView>> {
    const change = (before: Trigger) => withdrawnTrigger(before, expectedVersion);
    return this.commands.run(command, (tx) =>
      this.revise.run(tx, command.principal, { triggerId, action: 'withdraw', change }),
    );
  }
}
