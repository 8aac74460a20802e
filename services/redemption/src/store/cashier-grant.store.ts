import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { GrantLimit } from '../domain/grant-limit.js';

/** What a cashier may give by hand, and what they gave. */
@Injectable()
export class CashierGrantStore {
  /**
   * The cashier's limit, their row locked: grants of one cashier come one after the other, so that two cannot both fit
   * into what is left for one. It is the limit as of when the lock was got. null = none, or no such cashier, or no more.
   */
  async lockLimit(tx: EntityManager, tenantId: string, cashierId: string): Promise<GrantLimit | null> {
    const [row] = await tx.query<{ grant_at_once: string | null; grant_per_day: string | null }[]>(
      `SELECT grant_at_once, grant_per_day FROM cashier WHERE tenant_id = $1 AND cashier_id = $2 AND NOT removed
          FOR NO KEY UPDATE`,
      [tenantId, cashierId],
    );
    if (row === undefined || row.grant_at_once === null || row.grant_per_day === null) return null;
    return { perGrant: BigInt(row.grant_at_once), perDay: BigInt(row.grant_per_day) };
  }

  /** Points of all point names given in the last 24 hours; right only while the cashier's row is locked. */
  async givenInDay(tx: EntityManager, tenantId: string, cashierId: string): Promise<bigint> {
    const [row] = await tx.query<{ given: string }[]>(
      `SELECT coalesce(sum(e.amount), 0) AS given FROM point_entry e
        WHERE e.tenant_id = $1 AND e.granted_by = $2
          AND e.booked_at > (SELECT octopus_now() - interval '24 hours')`,
      [tenantId, cashierId],
    );
    return BigInt(row?.given ?? 0);
  }
}
