import type { PointNameView } from '#contracts';
import { type CommandAnswer, type Principal, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PointName } from '../domain/point-name.js';
import type { Decision } from '../domain/refusal.js';
import { ChannelStore } from '../store/channel.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { PointNameStore } from '../store/point-name.store.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { pointNameAnswer } from './point-name-answer.js';
import { valueOf } from './refusal-to-problem.js';
import { SavePointNameChange } from './save-point-name-change.js';

@Injectable()
export class RevisePointName {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly channels: ChannelStore,
    private readonly programmes: ProgrammeStore,
    private readonly pointNames: PointNameStore,
    private readonly save: SavePointNameChange,
  ) {}

  /** @param change decides under the lock; the same point name back = nothing changes */
  async run(
    tx: EntityManager,
    { tenantId, subject, channels }: Principal,
    wanted: { pointNameId: string; action: string; change: (before: PointName) => Decision<PointName> },
  ): Promise<CommandAnswer<PointNameView>> {
    const mine = await this.channels.partnersOf(tx, tenantId, channels);
    const before = await this.lock(tx, tenantId, wanted.pointNameId);
    // Somebody else's is answered like none: its existence is nobody's business.
    if (before === null || !mine.includes(before.partnerId)) throw new ProblemError('point_name_not_found');
    const at = await this.clock.now(tx);
    const after = valueOf(wanted.change(before));
    const by = { kind: 'person', id: subject } as const;
    if (after !== before) await this.save.run(tx, tenantId, { before, after, action: wanted.action, by, at });
    return pointNameAnswer(200, after);
  }

  /** Its programme first, which never changes: as whoever makes a point name of it. */
  private async lock(tx: EntityManager, tenantId: string, pointNameId: string): Promise<PointName | null> {
    const [known] = await this.pointNames.findAll(tx, tenantId, [pointNameId]);
    const programmeId = known?.programmeId ?? null;
    if (programmeId !== null) await this.programmes.lock(tx, tenantId, programmeId);
    return this.pointNames.lock(tx, tenantId, pointNameId);
  }
}
