import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newUuid } from '#platform';
import { arrayOf } from './array-literal.js';

/** Who was reminded of which coupon: once. */
@Injectable()
export class ReminderSentStore {
  /** @returns the new reminders' ids by user; whoever was reminded before is missing */
  async add(
    tx: EntityManager,
    about: { readonly tenantId: string; readonly couponId: string; readonly at: Date },
    userIds: readonly string[],
  ): Promise<Map<string, string>> {
    if (userIds.length === 0) return new Map();
    const rows = await tx.query<{ user_id: string; reminder_id: string }[]>(
      `INSERT INTO reminder_sent (tenant_id, coupon_id, user_id, reminder_id, reminded_at)
       SELECT $1, $2, n.user_id, n.reminder_id, $5 FROM unnest($3::uuid[], $4::uuid[]) AS n (user_id, reminder_id)
        ORDER BY n.user_id
       ON CONFLICT (tenant_id, coupon_id, user_id) DO NOTHING
       RETURNING user_id, reminder_id`,
      [about.tenantId, about.couponId, arrayOf(userIds), arrayOf(userIds.map(() => newUuid())), about.at],
    );
    return new Map(rows.map(({ user_id, reminder_id }) => [user_id, reminder_id]));
  }

  /** Of coupons that have been finished for so many days. @returns how many rows were forgotten */
  async forget(tx: EntityManager, tenantId: string, days: number, atMost: number): Promise<number> {
    const [, forgotten] = await tx.query<[unknown[], number]>(
      `DELETE FROM reminder_sent WHERE ctid = ANY (ARRAY(
         SELECT s.ctid FROM coupon c
          CROSS JOIN LATERAL (SELECT x.ctid FROM reminder_sent x
                               WHERE x.tenant_id = $1 AND x.coupon_id = c.coupon_id
                               LIMIT $3 FOR UPDATE SKIP LOCKED) s
          WHERE c.tenant_id = $1 AND c.status = 'finished' AND c.taken_over_at < octopus_now() - make_interval(days => $2)
          LIMIT $3))`,
      [tenantId, days, atMost],
    );
    return forgotten;
  }
}
