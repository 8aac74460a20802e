import type { EventOf } from '#contracts';
import { revisionOf } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AudienceStore, type FollowState, type UserState } from '../store/audience.store.js';

@Injectable()
export class KeepAudience {
  constructor(private readonly audience: AudienceStore) {}

  /** @throws Error on a fact without a revision: its place in the history is unknown */
  async follows(
    tx: EntityManager,
    tenantId: string,
    events: readonly EventOf<'platform.follow.v1'>[],
  ): Promise<void> {
    const states = events.map(({ envelope, data }): FollowState => {
      const { channelId, userId, following } = data;
      return { channelId, userId, counts: following, revision: revisionOf(envelope) };
    });
    const latest = latestOf(states, ({ channelId, userId }) => `${channelId}/${userId}`);
    await this.audience.keepFollows(tx, tenantId, latest);
  }

  /** @throws Error on a fact without a revision: its place in the history is unknown */
  async users(
    tx: EntityManager,
    tenantId: string,
    events: readonly EventOf<'platform.user.v1'>[],
  ): Promise<void> {
    const states = events.map(({ envelope, data }): UserState => {
      const { userId, removed } = data;
      return { userId, counts: !removed, revision: revisionOf(envelope) };
    });
    await this.audience.keepUsers(
      tx,
      tenantId,
      latestOf(states, ({ userId }) => userId),
    );
  }
}

/** Of each subject the state with the highest revision. */
function latestOf<State extends { revision: number }>(
  states: readonly State[],
  keyOf: (state: State) => string,
): State[] {
  const latest = new Map<string, State>();
  for (const state of states) {
    const key = keyOf(state);
    if ((latest.get(key)?.revision ?? 0) < state.revision) latest.set(key, state);
  }
  return [...latest.values()];
}
