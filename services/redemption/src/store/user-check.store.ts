import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The first user id in the order of ids. */
export const FIRST_USER = '00000000-0000-0000-0000-000000000000';

/** Users' uses, as of a revision of their coupon's numbers; whoever has none is missing. */
export interface UsesAsOf {
  readonly revision: number;
  readonly uses: ReadonlyMap<string, number>;
}

/**
 * Whether the uses `u` of user `u.user_id` are as many as their redemptions that stand. Found by the user's index: by the
 * coupon's, each would read its whole history.
 */
export const ARE_WRONG = `u.uses <> (SELECT count(*) FROM redemption r
  WHERE r.tenant_id = $1 AND r.user_id = u.user_id AND r.coupon_id::text = $2::uuid::text AND r.voided_at IS NULL)`;

/** One coupon's users, a piece at a time: each compared with their redemptions as of one instant. */
@Injectable()
export class UserCheckStore {
  /** What one statement goes through at most: users in the order of ids, redemptions and voids in the order of time. */
  readonly pieces = { users: 1_000, changes: 2_000 };

  /** The users after `after`. `last`: where to go on; null = these were the last. */
  async piece(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    after: string,
  ): Promise<{ wrongUsers: number; last: string | null }> {
    const [row] = await tx.query<{ users: string; wrong: string; last: string | null }[]>(
      `WITH u AS (
         SELECT user_id, uses FROM coupon_usage WHERE tenant_id = $1 AND coupon_id = $2 AND user_id > $3
          ORDER BY user_id LIMIT $4
       )
       SELECT count(*) AS users, count(*) FILTER (WHERE ${ARE_WRONG}) AS wrong,
              (SELECT user_id FROM u ORDER BY user_id DESC LIMIT 1) AS last
         FROM u`,
      [tenantId, couponId, after, this.pieces.users],
    );
    const isLast = Number(row?.users ?? 0) < this.pieces.users;
    return { wrongUsers: Number(row?.wrong ?? 0), last: isLast ? null : (row?.last ?? null) };
  }

  /**
   * Whoever has redeemed or was given back at `since` or later. A coupon's writers wait for each other and read the clock
   * after that: what is not visible yet is not earlier than what is. `seenUntil`: where to go on; its own instant again.
   */
  async changed(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    since: string,
  ): Promise<{ wrongUsers: number; seenUntil: string; isAll: boolean }> {
    const [row] = await tx.query<{ changes: string; wrong: string; until: string | null }[]>(
      `WITH change AS (
         SELECT * FROM (
           (SELECT user_id, redeemed_at AS at FROM redemption
             WHERE tenant_id = $1 AND coupon_id = $2 AND redeemed_at >= $3::timestamptz
             ORDER BY redeemed_at LIMIT $4)
           UNION ALL
           (SELECT user_id, voided_at FROM redemption
             WHERE tenant_id = $1 AND coupon_id = $2 AND voided_at >= $3::timestamptz
             ORDER BY voided_at LIMIT $4)) c
          ORDER BY at LIMIT $4
       ), u AS (
         SELECT c.user_id, coalesce(w.uses, 0) AS uses
           FROM (SELECT DISTINCT user_id FROM change) c
           LEFT JOIN coupon_usage w ON w.tenant_id = $1 AND w.coupon_id = $2 AND w.user_id = c.user_id
       )
       SELECT (SELECT count(*) FROM change) AS changes, (SELECT max(at) FROM change)::text AS until,
              count(*) FILTER (WHERE ${ARE_WRONG}) AS wrong
         FROM u`,
      [tenantId, couponId, since, this.pieces.changes],
    );
    const isAll = Number(row?.changes ?? 0) < this.pieces.changes;
    return { wrongUsers: Number(row?.wrong ?? 0), seenUntil: row?.until ?? since, isAll };
  }

  /** In one statement, so that uses and revision belong together. Undefined: the coupon is not known. */
  async usesOf(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    userIds: readonly string[],
  ): Promise<UsesAsOf | undefined> {
    const rows = await tx.query<{ rev: string; user_id: string | null; uses: number | null }[]>(
      `SELECT c.rev, u.user_id, u.uses FROM coupon c
         LEFT JOIN coupon_usage u
           ON u.tenant_id = c.tenant_id AND u.coupon_id = c.coupon_id AND u.user_id = ANY ($3)
        WHERE c.tenant_id = $1 AND c.coupon_id = $2`,
      [tenantId, couponId, userIds],
    );
    if (rows[0] === undefined) return undefined;
    const uses = rows.flatMap((row): [string, number][] =>
      row.user_id === null ? [] : [[row.user_id, row.uses ?? 0]],
    );
    return { revision: Number(rows[0].rev), uses: new Map(uses) };
  }
}
