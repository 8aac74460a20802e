import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

const CAUSES = 50;
const PER_CAUSE = 200;

/** Causes that have cleared, as their triggers noted them (migrations/wake-attempts), over all tenants. */
@Injectable()
export class AutoWakeStore {
  /**
   * Some attempts of each of the oldest causes become due; a cause is forgotten when none is left of it. Rows that
   * somebody holds are passed by: whoever holds one looks at the cause again, after this.
   * @returns how many attempts were woken, and whether there may be more to do
   */
  async wakeSome(tx: EntityManager): Promise<{ woken: number; mayBeMore: boolean }> {
    const [row] = await tx.query<{ causes: string; woken: string; unfinished: string }[]>(
      `WITH cause AS MATERIALIZED (
         SELECT wake_id, tenant_id, cause FROM auto_wake ORDER BY wake_id LIMIT ${CAUSES} FOR UPDATE SKIP LOCKED
       ), asleep AS MATERIALIZED (
         SELECT c.wake_id, a.tenant_id, a.coupon_id, a.user_id, a.nth
           FROM cause c
          CROSS JOIN LATERAL (
            SELECT * FROM auto_attempt x
             WHERE x.tenant_id = c.tenant_id AND x.blocked_by = c.cause AND x.state = 'blocked'
             LIMIT ${PER_CAUSE} FOR UPDATE SKIP LOCKED) a
       ), woken AS (
         UPDATE auto_attempt a SET state = 'waiting', blocked_by = NULL, due_at = least(a.due_at, octopus_now())
           FROM asleep s
          WHERE a.tenant_id = s.tenant_id AND a.coupon_id = s.coupon_id AND a.user_id = s.user_id AND a.nth = s.nth
         RETURNING 1
       ), unfinished AS (
         SELECT wake_id FROM asleep GROUP BY wake_id HAVING count(*) = ${PER_CAUSE}
       ), forgotten AS (
         DELETE FROM auto_wake w USING cause c
          WHERE w.wake_id = c.wake_id AND NOT EXISTS (SELECT FROM unfinished u WHERE u.wake_id = c.wake_id)
       )
       SELECT (SELECT count(*) FROM cause) AS causes, (SELECT count(*) FROM woken) AS woken,
              (SELECT count(*) FROM unfinished) AS unfinished`,
    );
    const [causes, unfinished] = [Number(row?.causes ?? 0), Number(row?.unfinished ?? 0)];
    return { woken: Number(row?.woken ?? 0), mayBeMore: causes === CAUSES || unfinished > 0 };
  }
}
