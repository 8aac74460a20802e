import type { ChangePointNameBody, PointNameView } from '#contracts';
import { CommandOutcome, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { type PointName, renamed } from '../domain/point-name.js';
import { RevisePointName } from './revise-point-name.js';

@Injectable()
export class RenamePointName {
  constructor(
    private readonly database: TenantDatabase,
    private readonly revise: RevisePointName,
  ) {}

  run(
    principal: Principal,
    pointNameId: string,
    { name, expectedVersion }: ChangePointNameBody & { expectedVersion: number | null },
  ): Promise<CommandOutcome<PointNameView>> {
    const change = (before: PointName) => renamed(before, name, expectedVersion);
    return this.database.transaction(principal.tenantId, async (tx) => {
      const wanted = { pointNameId, action: 'rename', change };
      return new CommandOutcome(await this.revise.run(tx, principal, wanted));
    });
  }
}
