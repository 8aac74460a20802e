import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { User } from '#contracts';

/** Users as far as reminders ask: whether they are there, and in which zone. */
@Injectable()
export class AppUserStore {
  /** Skips what is not newer than what is stored. */
  async put(tx: EntityManager, tenantId: string, user: User, revision: number): Promise<void> {
    await tx.query(
      `INSERT INTO app_user AS u (tenant_id, user_id, revision, time_zone, removed) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant_id, user_id) DO UPDATE
         SET revision = excluded.revision, time_zone = excluded.time_zone, removed = excluded.removed
       WHERE u.revision < excluded.revision`,
      [tenantId, user.userId, revision, user.timeZone, user.removed],
    );
  }

  /** The zones of the tenant's users, each once: one look at the index for each. */
  async timeZones(tx: EntityManager, tenantId: string): Promise<string[]> {
    const rows = await tx.query<{ time_zone: string }[]>(
      `WITH RECURSIVE zone AS (
         (SELECT time_zone FROM app_user WHERE tenant_id = $1 AND time_zone IS NOT NULL ORDER BY time_zone LIMIT 1)
         UNION ALL
         SELECT (SELECT u.time_zone FROM app_user u
                  WHERE u.tenant_id = $1 AND u.time_zone IS NOT NULL AND u.time_zone > zone.time_zone
                  ORDER BY u.time_zone LIMIT 1)
           FROM zone WHERE zone.time_zone IS NOT NULL)
       SELECT time_zone FROM zone WHERE time_zone IS NOT NULL`,
      [tenantId],
    );
    return rows.map(({ time_zone }) => time_zone);
  }
}
