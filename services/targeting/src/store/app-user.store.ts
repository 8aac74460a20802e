import { Injectable } from '@nestjs/common';
import type { User } from '#contracts';
import type { EntityManager } from 'typeorm';

@Injectable()
export class AppUserStore {
  /**
   * Takes a user's state over unless the stored one is as new or newer. Of a removed user only the tombstone is kept.
   * @returns false when the state was stale
   */
  async put(tx: EntityManager, tenantId: string, user: User, revision: number): Promise<boolean> {
    const personal = user.removed ? [null, null] : [user.displayName, user.timeZone];
    const rows: unknown[] = await tx.query(
      `INSERT INTO app_user AS stored (tenant_id, user_id, revision, display_name, time_zone, removed)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, user_id) DO UPDATE
         SET revision = excluded.revision, display_name = excluded.display_name,
             time_zone = excluded.time_zone, removed = excluded.removed
         WHERE stored.revision < excluded.revision
       RETURNING 1`,
      [tenantId, user.userId, revision, ...personal, user.removed],
    );
    return rows.length > 0;
  }
}
