import type { TriggerView } from '#contracts';
import { type CommandAnswer, type Principal, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Decision } from '../domain/refusal.js';
import type { Trigger } from '../domain/trigger.js';
import { DatabaseClock } from '../store/database-clock.js';
import { TriggerStore } from '../store/trigger.store.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveTriggerChange } from './save-trigger-change.js';
import { triggerAnswer } from './trigger-answer.js';

@Injectable()
export class ReviseTrigger {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly triggers: TriggerStore,
    private readonly save: SaveTriggerChange,
  ) {}

  /** @param change decides under the lock; the same trigger back = nothing changes */
  async run(
    tx: EntityManager,
    { tenantId, subject }: Principal,
    wanted: { triggerId: string; action: string; change: (before: Trigger) => Decision<Trigger> },
  ): Promise<CommandAnswer<TriggerView>> {
    const before = await this.triggers.lock(tx, tenantId, wanted.triggerId);
    if (before === null) throw new ProblemError('trigger_not_found');
    const at = await this.clock.now(tx);
    const after = valueOf(wanted.change(before));
    const by = { kind: 'person', id: subject } as const;
    if (after !== before) await this.save.run(tx, tenantId, { before, after, action: wanted.action, by, at });
    return triggerAnswer(200, after);
  }
}
