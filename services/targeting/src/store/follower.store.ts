import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface FollowState {
  channelId: string;
  userId: string;
  revision: number;
  following: boolean;
  /** When this state began. */
  changedAt: string;
}

export interface Follower {
  userId: string;
  since: Date;
}

@Injectable()
export class FollowerStore {
  /**
   * Takes a state over, whole, unless the stored one is as new or newer: so in whatever order states arrive, the newest
   * one stands in the end. Who leaves stays as a tombstone.
   * @returns false when the state was stale
   */
  async put(tx: EntityManager, tenantId: string, state: FollowState): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO follower AS stored (tenant_id, channel_id, user_id, revision, following, since)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, channel_id, user_id) DO UPDATE
         SET revision = excluded.revision, following = excluded.following, since = excluded.since
         WHERE stored.revision < excluded.revision
       RETURNING 1`,
      [tenantId, state.channelId, state.userId, state.revision, state.following, state.changedAt],
    );
    return rows.length > 0;
  }

  /** Present followers by user id, from behind `afterUserId` on. */
  async page(
    tx: EntityManager,
    tenantId: string,
    channelId: string,
    { afterUserId, limit }: { afterUserId: string | null; limit: number },
  ): Promise<Follower[]> {
    const rows: { user_id: string; since: Date }[] = await tx.query(
      `SELECT user_id, since FROM follower
       WHERE tenant_id = $1 AND channel_id = $2 AND following AND ($3::uuid IS NULL OR user_id > $3)
       ORDER BY user_id LIMIT $4`,
      [tenantId, channelId, afterUserId, limit],
    );
    return rows.map((row) => ({ userId: row.user_id, since: row.since }));
  }
}
