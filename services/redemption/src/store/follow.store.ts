import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Follow } from '#contracts';

/** Who follows which channel. A row stays when somebody leaves, so that an older fact cannot bring them back. */
@Injectable()
export class FollowStore {
  /** Skips what is not newer than what is stored. */
  async put(tx: EntityManager, tenantId: string, follow: Follow, revision: number): Promise<void> {
    const { channelId, userId, following, changedAt } = follow;
    await tx.query(
      `INSERT INTO follow AS f (tenant_id, channel_id, user_id, following, revision, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, channel_id, user_id) DO UPDATE
         SET following = excluded.following, revision = excluded.revision, changed_at = excluded.changed_at
       WHERE f.revision < excluded.revision`,
      [tenantId, channelId, userId, following, revision, changedAt],
    );
  }
}
