import type { PointNameView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands } from '#platform';
import { Injectable } from '@nestjs/common';
import { type PointName, withdrawn } from '../domain/point-name.js';
import { RevisePointName } from './revise-point-name.js';

@Injectable()
export class WithdrawPointName {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly revise: RevisePointName,
  ) {}

  run(
    command: CommandRequest,
    pointNameId: string,
    expectedVersion: number | null,
  ): Promise<CommandOutcome<PointNameView>> {
    const change = (before: PointName) => withdrawn(before, expectedVersion);
    return this.commands.run(command, (tx) =>
      this.revise.run(tx, command.principal, { pointNameId, action: 'withdraw', change }),
    );
  }
}
