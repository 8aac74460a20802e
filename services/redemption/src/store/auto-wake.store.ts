import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AWAKE } from './auto-attempt.store.js';

const CAUSES = 50;
const PER_CAUSE = 200;

/** Causes that have cleared, as their triggers noted them (migrations/wake-attempts), over all tenants. */
@Injectable()
export class AutoWakeStore {
  /**
   * Some attempts of each of the oldest causes become due; a cause is forgotten when none is left of it. Rows that
   * somebody holds are passed by: whoever holds one looks at the cause again, after this. Those that a cap per user ended
   * are gone through once, in the order of users: they may end at the same cap again, if it was raised and lowered.
   * @returns how many attempts were woken, and whether there may be more to do
   */
  async wakeSome(tx: EntityManager): Promise<{ woken: number; mayBeMore: boolean }> {
    const [row] = await tx.query<{ causes: string; woken: string; unfinished: string }[]>(
      `WITH cause AS MATERIALIZED (
         SELECT wake_id, tenant_id, cause, user_until,
                CASE WHEN starts_with(cause, 'cap/') THEN substr(cause, 5)::uuid END AS raised
           FROM auto_wake ORDER BY wake_id LIMIT ${CAUSES} FOR UPDATE SKIP LOCKED
       ), asleep AS MATERIALIZED (
         SELECT c.wake_id, a.tenant_id, a.coupon_id, a.user_id, a.nth
           FROM cause c
          CROSS JOIN LATERAL (
            SELECT * FROM auto_attempt x
             WHERE x.tenant_id = c.tenant_id AND x.blocked_by = c.cause AND x.state = 'blocked'
             LIMIT ${PER_CAUSE} FOR UPDATE SKIP LOCKED) a
       ), ended AS MATERIALIZED (
         SELECT c.wake_id, a.tenant_id, a.coupon_id, a.user_id, a.nth
           FROM cause c
          CROSS JOIN LATERAL (
            SELECT * FROM auto_attempt x
             WHERE x.tenant_id = c.tenant_id AND x.coupon_id = c.raised AND x.at_cap IS NOT NULL
               AND x.state IN ('done', 'closed') AND x.user_id > c.user_until
             ORDER BY x.user_id LIMIT ${PER_CAUSE} FOR UPDATE SKIP LOCKED) a
       ), found AS MATERIALIZED (
         SELECT * FROM asleep UNION ALL SELECT * FROM ended
       ), woken AS (
         UPDATE auto_attempt a SET ${AWAKE}
           FROM found f
          WHERE a.tenant_id = f.tenant_id AND a.coupon_id = f.coupon_id AND a.user_id = f.user_id AND a.nth = f.nth
         RETURNING 1
       ), unfinished AS (
         SELECT wake_id, (SELECT e.user_id FROM ended e WHERE e.wake_id = f.wake_id ORDER BY e.user_id DESC LIMIT 1) AS last
           FROM found f GROUP BY wake_id HAVING count(*) = ${PER_CAUSE}
       ), further AS (
         UPDATE auto_wake w SET user_until = u.last FROM unfinished u
          WHERE w.wake_id = u.wake_id AND u.last IS NOT NULL
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
