import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import type { Person } from '../domain/person.js';
import type { ReminderCandidate, ReminderCohort } from '../domain/reminder-cohort.js';
import type { RunPlace } from './reminder-run.store.js';

/** Somebody whom a cohort may concern. */
export interface KnownCandidate extends ReminderCandidate {
  readonly userId: string;
}

export interface CandidateStretch {
  readonly candidates: readonly KnownCandidate[];
  /** Where to go on; null = these were the last. */
  readonly next: RunPlace | null;
}

interface CandidateRow {
  readonly userId: string;
  readonly at: string;
  readonly availableAt: number | null;
  readonly following: boolean;
  readonly timeZone: string;
  readonly uses: number;
  readonly lastAt: number | null;
  readonly balance: string;
  /** In a zone of the cohort, there, and not reminded before. */
  readonly fits: boolean;
  /** How many the stretch has looked at. */
  readonly examined: string;
}

/**
 * A stretch of the people of a coupon, in the order of an index that goes on at $4, $5. Each gives user_id, at (where it
 * stands), available_at and following.
 */
const people = {
  grant: `SELECT user_id, available_at AS at, available_at, false AS following FROM user_grant
           WHERE tenant_id = $1 AND coupon_id = $2 AND NOT revoked
             AND (available_at, user_id) > ($4, $5) AND available_at >= $6 AND available_at <= $7
           ORDER BY available_at, user_id LIMIT $10`,
  followers: `SELECT user_id, $4 AS at, NULL::timestamptz AS available_at, following FROM follow
               WHERE tenant_id = $1 AND channel_id = $3 AND user_id > $5 AND changed_at <= $7
               ORDER BY user_id LIMIT $10`,
  everyone: `SELECT user_id, $4 AS at, NULL::timestamptz AS available_at, false AS following FROM app_user
              WHERE tenant_id = $1 AND user_id > $5
              ORDER BY user_id LIMIT $10`,
} as const;

/** Who is looked at for a reminder: read in stretches of bounded size, each from where the one before has ended. */
@Injectable()
export class ReminderCandidateStore {
  /** What one statement looks at, at most. */
  readonly stretchSize = 1_000;

  /** @param channelZone of users who have told no zone */
  async stretch(
    tx: EntityManager,
    coupon: Coupon,
    cohort: ReminderCohort,
    { place, channelZone }: { place: RunPlace; channelZone: string },
  ): Promise<CandidateStretch> {
    // By the index, whatever the planner believes of a table that was empty when it looked last.
    await tx.query(
      `SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_bitmapscan', 'enable_sort']) name`,
    );
    const rows = await tx.query<CandidateRow[]>(stretchSql(coupon), [
      coupon.tenantId,
      coupon.couponId,
      coupon.channelId,
      place.afterAt,
      place.afterUser,
      bound(cohort.granted.from),
      bound(cohort.granted.until),
      channelZone,
      [...cohort.expiries.keys()],
      this.stretchSize,
      coupon.price?.pointNameId ?? null,
    ]);
    const last = rows.at(-1);
    const isLast = last === undefined || Number(last.examined) < this.stretchSize;
    return {
      candidates: rows.filter(({ fits }) => fits).map(candidateOf),
      next: isLast ? null : { afterAt: last.at, afterUser: last.userId },
    };
  }
}

/**
 * Of those in zones of the cohort who were not reminded, and the last one looked at, behind which the next stretch begins.
 * `given` types the parameters, of which not every page asks for all.
 */
function stretchSql({ availability, audience }: Coupon): string {
  return `
    WITH given AS (SELECT $1::uuid, $2::uuid, $3::uuid, $4::timestamptz, $5::uuid, $6::timestamptz, $7::timestamptz,
                          $8::text, $9::text[], $10::integer, $11::uuid),
         page AS MATERIALIZED (${people[availability === 'grant' ? 'grant' : audience]}),
         placed AS (SELECT *, row_number() OVER () AS nth FROM page),
         known AS (
           SELECT p.*, coalesce(z.time_zone, $8) AS time_zone,
                  coalesce(z.time_zone, $8) = ANY ($9) AND z.removed IS NOT TRUE
                    AND NOT EXISTS (SELECT FROM reminder_sent s WHERE s.tenant_id = $1 AND s.coupon_id = $2
                                                                  AND s.user_id = p.user_id) AS fits
             FROM placed p
             LEFT JOIN LATERAL (SELECT * FROM app_user x WHERE x.tenant_id = $1 AND x.user_id = p.user_id LIMIT 1) z
               ON true)
    SELECT k.user_id AS "userId", k.at::text AS at, k.following, k.time_zone AS "timeZone", k.fits,
           (SELECT count(*) FROM page) AS examined,
           floor(extract(epoch FROM k.available_at) * 1000)::float8 AS "availableAt",
           coalesce(u.uses, 0) AS uses, floor(extract(epoch FROM u.last_at) * 1000)::float8 AS "lastAt",
           coalesce(b.balance, 0)::text AS balance
      FROM known k
      LEFT JOIN LATERAL (SELECT x.uses, x.last_at FROM coupon_usage x
                          WHERE x.tenant_id = $1 AND x.coupon_id = $2 AND x.user_id = k.user_id LIMIT 1) u ON k.fits
      LEFT JOIN LATERAL (SELECT x.balance FROM point_balance x
                          WHERE x.tenant_id = $1 AND x.user_id = k.user_id AND x.point_name_id = $11 LIMIT 1) b ON k.fits
     WHERE k.fits OR k.nth = (SELECT count(*) FROM page)
     ORDER BY k.nth`;
}

function candidateOf({ userId, timeZone, ...row }: CandidateRow): KnownCandidate {
  const { following, uses, lastAt, availableAt, balance } = row;
  const grant = availableAt === null ? null : { availableAt, revoked: false };
  const person: Person = { following, uses, lastAt, grant, balance: BigInt(balance), pass: null };
  return { userId, timeZone, person };
}

function bound(at: number): string {
  if (at === -Infinity) return '-infinity';
  return new Date(at).toISOString();
}
