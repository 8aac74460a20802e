import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Under which all users of the app are counted. */
export const EVERYBODY = '00000000-0000-0000-0000-000000000000';

export interface FollowState {
  readonly channelId: string;
  readonly userId: string;
  readonly revision: number;
  readonly counts: boolean;
}

export type UserState = Omit<FollowState, 'channelId'>;

/** How many there are to whom coupons without grants are available. */
@Injectable()
export class AudienceStore {
  /** Of one channel and user at most one; what is older than what is stored changes nothing. */
  async keepFollows(tx: EntityManager, tenantId: string, follows: readonly FollowState[]): Promise<void> {
    // `counted`: what the row said before, which RETURNING cannot tell otherwise.
    const changes: { channel_id: string; users: string }[] = await tx.query(
      `WITH kept AS (
         INSERT INTO analytics_follower AS stored (tenant_id, channel_id, user_id, revision, counts, counted)
         SELECT $1, told.*, false
         FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::boolean[]) AS told (channel_id, user_id, revision, counts)
         ORDER BY channel_id, user_id
         ON CONFLICT (tenant_id, channel_id, user_id) DO UPDATE SET
           revision = excluded.revision, counts = excluded.counts, counted = stored.counts
         WHERE stored.revision < excluded.revision
         RETURNING channel_id, counts::int - counted::int AS change
       ) SELECT channel_id, sum(change) AS users FROM kept GROUP BY channel_id HAVING sum(change) <> 0`,
      [
        tenantId,
        follows.map(({ channelId }) => channelId),
        follows.map(({ userId }) => userId),
        follows.map(({ revision }) => revision),
        follows.map(({ counts }) => counts),
      ],
    );
    await this.#add(tx, tenantId, changes);
  }

  /** Of one user at most one. */
  async keepUsers(tx: EntityManager, tenantId: string, users: readonly UserState[]): Promise<void> {
    const changes: { channel_id: string; users: string }[] = await tx.query(
      `WITH kept AS (
         INSERT INTO analytics_app_user AS stored (tenant_id, user_id, revision, counts, counted)
         SELECT $1, told.*, false
         FROM unnest($3::uuid[], $4::bigint[], $5::boolean[]) AS told (user_id, revision, counts) ORDER BY user_id
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET
           revision = excluded.revision, counts = excluded.counts, counted = stored.counts
         WHERE stored.revision < excluded.revision
         RETURNING counts::int - counted::int AS change
       ) SELECT $2::uuid AS channel_id, sum(change) AS users FROM kept HAVING sum(change) <> 0`,
      [
        tenantId,
        EVERYBODY,
        users.map(({ userId }) => userId),
        users.map(({ revision }) => revision),
        users.map(({ counts }) => counts),
      ],
    );
    await this.#add(tx, tenantId, changes);
  }

  async #add(
    tx: EntityManager,
    tenantId: string,
    changes: readonly { channel_id: string; users: string }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      `INSERT INTO analytics_audience AS stored (tenant_id, channel_id, users)
       SELECT $1, change.* FROM unnest($2::uuid[], $3::bigint[]) AS change (channel_id, users) ORDER BY channel_id
       ON CONFLICT (tenant_id, channel_id) DO UPDATE SET users = stored.users + excluded.users`,
      [tenantId, changes.map(({ channel_id }) => channel_id), changes.map(({ users }) => users)],
    );
  }
}
