import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AutoAttempt } from '../domain/auto-attempt.js';
import { arrayOf } from './array-literal.js';

/** One coupon's attempts stand in one line. */
export interface AutoLine {
  readonly tenantId: string;
  readonly couponId: string;
}

const OLDEST = 512;
const CIRCLE = 200;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** `octopus_now()` in a subquery: asked once, so that the index is used. */
const IS_DUE = `state IN ('waiting', 'blocked') AND due_at <= (SELECT octopus_now())`;

interface AttemptRow {
  readonly tenant_id: string;
  readonly coupon_id: string;
  readonly user_id: string;
  readonly nth: number;
  readonly attempt_id: string;
  readonly grant_id: string;
  readonly hops: number;
  readonly naps: number;
  readonly tries: number;
  readonly at_cap: string | null;
}

/** Whose attempts are due, and who works on them: over all tenants, hence without one. */
@Injectable()
export class AutoLineStore {
  /** The coupons of the oldest due attempts. `mayBeMore`: a fan-out may hide other coupons behind it. */
  async oldest(tx: EntityManager): Promise<{ lines: AutoLine[]; mayBeMore: boolean }> {
    const rows = await tx.query<(LineRow & { n: string })[]>(
      `SELECT tenant_id, coupon_id, count(*) AS n
         FROM (SELECT tenant_id, coupon_id FROM auto_attempt WHERE ${IS_DUE} ORDER BY due_at LIMIT ${OLDEST}) o
        GROUP BY tenant_id, coupon_id`,
    );
    const found = rows.reduce((sum, { n }) => sum + Number(n), 0);
    return { lines: rows.map(lineOf), mayBeMore: found === OLDEST };
  }

  /**
   * The coupons with due attempts among the next 200 after `after`, in the order of their keys: from index entry to index
   * entry, however many attempts each has. `after` undefined = from the first. `last`: where to go on.
   */
  async inCircle(
    tx: EntityManager,
    after: AutoLine | undefined,
  ): Promise<{ lines: AutoLine[]; last: AutoLine | undefined }> {
    const next = (beyond: string): string =>
      `SELECT a.tenant_id, a.coupon_id, a.due_at FROM auto_attempt a
        WHERE a.state IN ('waiting', 'blocked') AND (a.tenant_id, a.coupon_id) > (${beyond})
        ORDER BY a.tenant_id, a.coupon_id, a.due_at LIMIT 1`;
    const rows = await tx.query<(LineRow & { is_due: boolean })[]>(
      `WITH RECURSIVE circle (tenant_id, coupon_id, due_at, step) AS (
         SELECT f.*, 1 FROM (${next('$1, $2')}) f
         UNION ALL
         SELECT n.*, c.step + 1 FROM circle c CROSS JOIN LATERAL (${next('c.tenant_id, c.coupon_id')}) n
          WHERE c.step < ${CIRCLE}
       )
       SELECT tenant_id, coupon_id, due_at <= (SELECT octopus_now()) AS is_due FROM circle ORDER BY step`,
      [after?.tenantId ?? BEFORE_ALL, after?.couponId ?? BEFORE_ALL],
    );
    const last = rows.length < CIRCLE ? undefined : rows.at(-1);
    return { lines: rows.filter(({ is_due }) => is_due).map(lineOf), last: last && lineOf(last) };
  }

  /**
   * Takes due attempts of these coupons, at most so many of each; for so many seconds they are `lease`'s alone. Each
   * counts as begun once more.
   */
  async take(
    tx: EntityManager,
    lines: readonly AutoLine[],
    { lease, perLine, leaseSeconds }: { lease: string; perLine: number; leaseSeconds: number },
  ): Promise<AutoAttempt[]> {
    // Leases run on the real clock: shifting the clock of decisions must not expire them.
    const [rows] = await tx.query<[AttemptRow[], number]>(
      `WITH chosen AS MATERIALIZED (
         SELECT a.tenant_id, a.coupon_id, a.user_id, a.nth
           FROM unnest($1::uuid[], $2::uuid[]) AS line (tenant_id, coupon_id)
          CROSS JOIN LATERAL (
            SELECT * FROM auto_attempt x
             WHERE x.tenant_id = line.tenant_id AND x.coupon_id = line.coupon_id AND ${IS_DUE}
               AND x.leased_until < clock_timestamp()
             ORDER BY x.due_at LIMIT $3 FOR UPDATE SKIP LOCKED) a
       )
       UPDATE auto_attempt a
          SET leased_by = $4, leased_until = clock_timestamp() + make_interval(secs => $5), tries = a.tries + 1
         FROM chosen c
        WHERE a.tenant_id = c.tenant_id AND a.coupon_id = c.coupon_id AND a.user_id = c.user_id AND a.nth = c.nth
       RETURNING a.tenant_id, a.coupon_id, a.user_id, a.nth, a.attempt_id, a.grant_id, a.hops, a.naps, a.tries, a.at_cap`,
      [
        arrayOf(lines.map(({ tenantId }) => tenantId)),
        arrayOf(lines.map(({ couponId }) => couponId)),
        perLine,
        lease,
        leaseSeconds,
      ],
    );
    return rows.map(attemptOf);
  }

  /** Seconds for which the oldest due attempt has been waiting; 0 = none is due. */
  async lagSeconds(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ lag: string | null }[]>(
      `SELECT extract(epoch FROM octopus_now() - due_at) AS lag FROM auto_attempt WHERE ${IS_DUE}
        ORDER BY due_at LIMIT 1`,
    );
    return Math.max(0, Number(row?.lag ?? 0));
  }

  /** Blocked attempts by the kind of their cause, counted up to `atMost` in all. */
  async blockedByKind(tx: EntityManager, atMost: number): Promise<Map<string, number>> {
    const rows = await tx.query<{ kind: string; n: string }[]>(
      `SELECT split_part(blocked_by, '/', 1) AS kind, count(*) AS n
         FROM (SELECT blocked_by FROM auto_attempt WHERE state = 'blocked' LIMIT $1) b GROUP BY 1`,
      [atMost],
    );
    return new Map(rows.map(({ kind, n }) => [kind, Number(n)]));
  }
}

interface LineRow {
  readonly tenant_id: string;
  readonly coupon_id: string;
}

function lineOf({ tenant_id: tenantId, coupon_id: couponId }: LineRow): AutoLine {
  return { tenantId, couponId };
}

function attemptOf(row: AttemptRow): AutoAttempt {
  const { nth, hops, naps, tries } = row;
  return {
    tenantId: row.tenant_id,
    couponId: row.coupon_id,
    userId: row.user_id,
    attemptId: row.attempt_id,
    grantId: row.grant_id,
    nth,
    hops,
    naps,
    tries,
    atCap: row.at_cap === null ? null : Number(row.at_cap),
  };
}
