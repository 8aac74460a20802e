import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newUuid } from '#platform';
import { type AutoAttempt, type AutoVerdict, MOST_HOPS } from '../domain/auto-attempt.js';
import { onePerGrant, type GrantFact } from '../domain/grant-state.js';
import { arrayOf, maybeArrayOf } from './array-literal.js';

/** An attempt and what became of it. */
export interface Settled {
  readonly attempt: AutoAttempt;
  readonly verdict: AutoVerdict;
}

/**
 * What waking an attempt `a` does. One that is done is not redeemed again: it keeps the cap it ended at, by which whoever
 * takes it knows that only the next use is to be planned.
 */
export const AWAKE = `state = 'waiting', blocked_by = NULL,
  due_at = CASE WHEN a.state = 'blocked' THEN least(a.due_at, octopus_now()) ELSE octopus_now() END,
  at_cap = CASE WHEN a.state = 'done' THEN a.at_cap END`;

/** Redemptions without a tap that are owed: a queue, one row per attempt whatever is replayed. */
@Injectable()
export class AutoAttemptStore {
  /**
   * The first attempt of each new grant of an auto coupon. A coupon that is not known yet gets one, too: its snapshot may
   * be under way in a transaction that cannot be seen, and whoever runs the attempt will know.
   */
  async addFirst(tx: EntityManager, tenantId: string, granted: readonly GrantFact[]): Promise<void> {
    const starting = onePerGrant(granted.filter(({ hops }) => hops <= MOST_HOPS));
    if (starting.length === 0) return;
    await tx.query(
      `INSERT INTO auto_attempt (tenant_id, coupon_id, user_id, nth, attempt_id, grant_id, hops, state, due_at)
       SELECT $1, n.coupon_id, n.user_id, 1, n.attempt_id, n.grant_id, n.hops, 'waiting', n.available_at
         FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::integer[], $7::timestamptz[])
                AS n (coupon_id, user_id, attempt_id, grant_id, hops, available_at)
         LEFT JOIN coupon c ON c.tenant_id = $1 AND c.coupon_id = n.coupon_id
        WHERE coalesce(c.type, 'auto') = 'auto'
       ON CONFLICT DO NOTHING`,
      [
        tenantId,
        arrayOf(starting.map(({ couponId }) => couponId)),
        arrayOf(starting.map(({ userId }) => userId)),
        arrayOf(starting.map(() => newUuid())),
        arrayOf(starting.map(({ grantId }) => grantId)),
        arrayOf(starting.map(({ hops }) => hops)),
        arrayOf(starting.map(({ availableAt }) => `"${availableAt}"`)),
      ],
    );
  }

  /**
   * Writes what became of attempts of one coupon, and plans the next use after each that is done; those that are no
   * longer `lease`'s are left to whoever took them over. Of a user's attempts the first one and the latest stay: the
   * first is what a repeated grant finds, the others' answers are in the redemptions.
   */
  async settle(tx: EntityManager, lease: string, settled: readonly Settled[]): Promise<void> {
    const [first] = settled;
    if (first === undefined) return;
    const rows = settled.map(({ attempt, verdict }) => ({ ...attempt, ...columnsOf(verdict), verdict }));
    await tx.query(
      `WITH told AS (
         SELECT * FROM unnest($4::uuid[], $5::integer[], $6::text[], $7::text[], $8::timestamptz[], $9::integer[],
                              $10::integer[], $11::timestamptz[], $12::text[], $13::uuid[], $14::bigint[])
           AS t (user_id, nth, state, blocked_by, due_at, naps, tries, next_at, next_cause, next_id, at_cap)
       ), settled AS (
         UPDATE auto_attempt a
            SET state = t.state, blocked_by = t.blocked_by, due_at = coalesce(t.due_at, a.due_at), naps = t.naps,
                tries = t.tries, leased_by = NULL, leased_until = '-infinity',
                at_cap = CASE WHEN t.state IN ('done', 'closed') THEN t.at_cap ELSE a.at_cap END
           FROM told t
          WHERE a.tenant_id = $1 AND a.coupon_id = $2 AND a.user_id = t.user_id AND a.nth = t.nth
            AND a.leased_by = $3 AND t.state <> 'forgotten' AND NOT (t.next_at IS NOT NULL AND t.nth > 1)
         RETURNING a.user_id, a.nth, a.grant_id, a.hops
       ), gone AS (
         DELETE FROM auto_attempt a USING told t
          WHERE a.tenant_id = $1 AND a.coupon_id = $2 AND a.user_id = t.user_id AND a.nth = t.nth
            AND a.leased_by = $3 AND (t.state = 'forgotten' OR (t.next_at IS NOT NULL AND t.nth > 1))
         RETURNING a.user_id, a.nth, a.grant_id, a.hops
       )
       INSERT INTO auto_attempt (tenant_id, coupon_id, user_id, nth, attempt_id, grant_id, hops, state, blocked_by,
                                 due_at)
       SELECT $1, $2, s.user_id, s.nth + 1, t.next_id, s.grant_id, s.hops,
              CASE WHEN t.next_cause IS NULL THEN 'waiting' ELSE 'blocked' END, t.next_cause, t.next_at
         FROM (SELECT * FROM settled UNION ALL SELECT * FROM gone) s
         JOIN told t ON t.user_id = s.user_id AND t.nth = s.nth
        WHERE t.next_at IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [
        first.attempt.tenantId,
        first.attempt.couponId,
        lease,
        arrayOf(rows.map(({ userId }) => userId)),
        arrayOf(rows.map(({ nth }) => nth)),
        arrayOf(rows.map(({ state }) => state)),
        rows.map(({ blockedBy }) => blockedBy),
        maybeArrayOf(rows.map(({ dueAt }) => dueAt)),
        arrayOf(rows.map(({ naps }) => naps)),
        arrayOf(rows.map(({ tries }) => tries)),
        maybeArrayOf(rows.map(({ nextAt }) => nextAt)),
        rows.map(({ nextCause }) => nextCause),
        arrayOf(rows.map(() => newUuid())),
        maybeArrayOf(rows.map(({ atCap }) => atCap)),
      ],
    );
  }

  /** Attempts of one coupon that were blocked, or ended at a cap, a moment ago, and whose cause has cleared meanwhile. */
  async wake(tx: EntityManager, attempts: readonly Omit<AutoAttempt, 'attemptId'>[]): Promise<void> {
    const [first] = attempts;
    if (first === undefined) return;
    await tx.query(
      `UPDATE auto_attempt a SET ${AWAKE}
         FROM unnest($3::uuid[], $4::integer[]) AS t (user_id, nth)
        WHERE a.tenant_id = $1 AND a.coupon_id = $2 AND a.user_id = t.user_id AND a.nth = t.nth
          AND (a.state = 'blocked' OR (a.state IN ('done', 'closed') AND a.at_cap IS NOT NULL))`,
      [
        first.tenantId,
        first.couponId,
        arrayOf(attempts.map(({ userId }) => userId)),
        arrayOf(attempts.map(({ nth }) => nth)),
      ],
    );
  }

  /** How deep in a chain of automatic steps the points came that these users got last; who never got any is missing. */
  async hopsOfPoints(
    tx: EntityManager,
    tenantId: string,
    pointNameId: string,
    userIds: readonly string[],
  ): Promise<Map<string, number>> {
    const rows = await tx.query<{ user_id: string; hops: number }[]>(
      `SELECT u.user_id, e.hops FROM unnest($3::uuid[]) AS u (user_id)
        CROSS JOIN LATERAL (
          SELECT x.hops FROM point_entry x
           WHERE x.tenant_id = $1 AND x.user_id = u.user_id AND x.point_name_id = $2 AND x.amount > 0
           ORDER BY x.entry_id DESC LIMIT 1) e`,
      [tenantId, pointNameId, arrayOf(userIds)],
    );
    return new Map(rows.map(({ user_id, hops }) => [user_id, hops]));
  }

  /**
   * Forgets attempts of coupons that have been finished for so many days; some of them at a time.
   * @returns how many
   */
  async forget(tx: EntityManager, tenantId: string, days: number, atMost: number): Promise<number> {
    const [, forgotten] = await tx.query<[unknown[], number]>(
      `DELETE FROM auto_attempt WHERE ctid = ANY (ARRAY(
         SELECT a.ctid FROM coupon c
           JOIN auto_attempt a ON a.tenant_id = c.tenant_id AND a.coupon_id = c.coupon_id
          WHERE c.tenant_id = $1 AND c.type = 'auto' AND c.status = 'finished'
            AND c.taken_over_at < octopus_now() - make_interval(days => $2)
          LIMIT $3 FOR UPDATE OF a SKIP LOCKED))`,
      [tenantId, days, atMost],
    );
    return forgotten;
  }
}

interface VerdictColumns {
  readonly state: string;
  readonly blockedBy: string | null;
  /** RFC 3339, quoted; null = as it is. */
  readonly dueAt: string | null;
  readonly naps: number;
  readonly tries: number;
  readonly nextAt: string | null;
  readonly nextCause: string | null;
  readonly atCap: number | null;
}

function columnsOf(verdict: AutoVerdict): VerdictColumns {
  const ended = {
    blockedBy: null,
    dueAt: null,
    naps: 0,
    tries: 0,
    nextAt: null,
    nextCause: null,
    atCap: null,
  };
  switch (verdict.kind) {
    case 'done':
      return {
        ...ended,
        state: 'done',
        nextAt: instant(verdict.next?.at ?? null),
        nextCause: verdict.next?.cause ?? null,
        atCap: verdict.atCap,
      };
    case 'open': {
      const { cause, until, naps, tries } = verdict;
      const state = cause === null ? 'waiting' : 'blocked';
      return { ...ended, state, blockedBy: cause, dueAt: instant(until), naps, tries };
    }
    case 'closed':
      return { ...ended, state: 'closed', blockedBy: verdict.reason, atCap: verdict.atCap };
    case 'forgotten':
      return { ...ended, state: 'forgotten' };
  }
}

function instant(milliseconds: number | null): string | null {
  return milliseconds === null ? null : `"${new Date(milliseconds).toISOString()}"`;
}
