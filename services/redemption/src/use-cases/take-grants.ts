import { Injectable } from '@nestjs/common';
import type { EventOf } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import type { GrantFact } from '../domain/grant-state.js';
import { AutoAttemptStore } from '../store/auto-attempt.store.js';
import { GrantStore } from '../store/grant.store.js';
import { RunAutoAttempts } from './run-auto-attempts.js';

type GrantEvent = EventOf<'targeting.grant.v1'>;

/** Grants begin, end and come back to life, many at a time; what they owe without a tap is noted along with them. */
@Injectable()
export class TakeGrants {
  constructor(
    private readonly grants: GrantStore,
    private readonly attempts: AutoAttemptStore,
    private readonly runAutoAttempts: RunAutoAttempts,
  ) {}

  async run({ tx, tenantId, afterCommit }: EventContext, events: readonly GrantEvent[]): Promise<void> {
    await this.grants.putAll(tx, tenantId, events.map(factOf));
    // An old fact owes its attempt, too: the grant has begun, and the attempt asks for itself whether it still lives.
    const begun = events.filter((event) => event.name === 'granted' && !event.data.revived);
    await this.attempts.addFirst(tx, tenantId, begun.map(factOf));
    afterCommit(this.runAutoAttempts.nudge);
  }
}

function factOf(event: GrantEvent): GrantFact {
  const { couponId, userId, grantId, availableAt } = event.data;
  return {
    couponId,
    userId,
    grantId,
    availableAt,
    revision: revisionOf(event.envelope),
    revoked: event.name === 'revoked',
    hops: event.name === 'granted' ? event.data.hops : 0,
  };
}
