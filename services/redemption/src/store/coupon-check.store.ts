import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Stock } from '../domain/coupon.js';
import { ARE_WRONG, FIRST_USER } from './user-check.store.js';

/** How far one coupon has been counted before; every redemption up to an instant, every user up to an id. */
export interface CheckedSoFar {
  readonly couponId: string;
  readonly counted: number;
  /** As PostgreSQL writes it: to the microsecond. */
  readonly countedUntil: string;
  readonly usersUntil: string;
  /** Whoever changed before this instant has been looked at, or is in the round under way. */
  readonly seenUntil: string;
  /** A round over many users ended lately: the next one begins later. */
  readonly isResting: boolean;
}

/** One coupon counted in every way, all as of one instant. */
export interface CouponCount {
  readonly couponId: string;
  readonly stock: Stock;
  /** That count against the total: all but those taken back before the coupon finished. */
  readonly redemptions: number;
  /** Users looked at this time whose uses are not their redemptions. */
  readonly wrongUsers: number;
  /** Sum of uses and of redemptions not taken back; null where there are too many users to add up at a time. */
  readonly uses: number | null;
  readonly live: number;
  readonly next: CheckedSoFar;
  /** The first users are among those looked at this time. */
  readonly beginsRound: boolean;
  /** Every user has been looked at, this time or before: the next piece begins a new round. */
  readonly isRoundOver: boolean;
  /** There are many users, and all have been looked at lately: only those that changed since are looked at. */
  readonly isResting: boolean;
}

/** Whole numbers come as text: they may be larger than a JSON number carries. */
interface CountRow {
  readonly redeemed: string;
  readonly max: string | null;
  readonly finished: boolean;
  readonly rev: string;
  readonly newer: string;
  readonly voided: string;
  readonly uncounted: string;
  readonly users: string;
  readonly uses: string;
  readonly wrong_users: string;
  readonly last_user: string | null;
  readonly latest: string | null;
}

/** A round over many users begins again at the earliest so long after the last one ended. */
const ROUND_REST_SECONDS = 3_600;

interface SoFarRow {
  readonly coupon_id: string;
  readonly counted: string;
  readonly counted_until: string;
  readonly users_until: string;
  readonly seen_until: string;
  readonly is_resting: boolean;
}

type Mark = CheckedSoFar & { readonly endsRound?: boolean };

/** Which revision of each coupon's numbers has been proven, and how far its history is counted. */
@Injectable()
export class CouponCheckStore {
  /** What one statement goes through at most: redemptions that it counts, users that it compares. */
  readonly pieces = { redemptions: 20_000, users: 1_000 };

  /** Coupons whose numbers have changed since they were checked, longest unchecked first. */
  async unchecked(
    tx: EntityManager,
    tenantId: string,
    limit: number,
    without: readonly string[] = [],
  ): Promise<CheckedSoFar[]> {
    const rows = await tx.query<SoFarRow[]>(
      `SELECT c.coupon_id, coalesce(k.counted, 0) AS counted, coalesce(k.counted_until, '-infinity')::text AS counted_until,
              coalesce(k.users_until, $3) AS users_until, coalesce(k.seen_until, '-infinity')::text AS seen_until,
              coalesce(k.round_ended_at > clock_timestamp() - make_interval(secs => $5), false) AS is_resting
         FROM coupon c
         LEFT JOIN coupon_check k ON k.tenant_id = c.tenant_id AND k.coupon_id = c.coupon_id
        WHERE c.tenant_id = $1 AND k.checked_rev IS DISTINCT FROM c.rev AND c.coupon_id <> ALL ($4::uuid[])
        ORDER BY k.checked_at NULLS FIRST LIMIT $2`,
      [tenantId, limit, FIRST_USER, without, ROUND_REST_SECONDS],
    );
    return rows.map((row) => ({
      couponId: row.coupon_id,
      counted: Number(row.counted),
      countedUntil: row.counted_until,
      usersUntil: row.users_until,
      seenUntil: row.seen_until,
      isResting: row.is_resting,
    }));
  }

  /**
   * Counts on, a bounded piece at a time. The last instant of a piece is left to the next one: more redemptions of that
   * instant may not be visible yet.
   * @returns how far it came, or undefined: what is left is less than a piece
   */
  async countOn(tx: EntityManager, tenantId: string, soFar: CheckedSoFar): Promise<CheckedSoFar | undefined> {
    const { couponId, counted, countedUntil } = soFar;
    const [row] = await tx.query<{ seen: string; counted: string; until: string | null }[]>(
      `WITH piece AS (
         SELECT r.redeemed_at FROM redemption r
          WHERE r.tenant_id = $1 AND r.coupon_id = $2 AND r.redeemed_at > $3::timestamptz
          ORDER BY r.redeemed_at LIMIT $4
       )
       SELECT count(*) AS seen,
              count(*) FILTER (WHERE p.redeemed_at < (SELECT max(redeemed_at) FROM piece)) AS counted,
              (max(p.redeemed_at) FILTER (WHERE p.redeemed_at < (SELECT max(redeemed_at) FROM piece)))::text AS until
         FROM piece p`,
      [tenantId, couponId, countedUntil, this.pieces.redemptions],
    );
    if (row === undefined || Number(row.seen) < this.pieces.redemptions || row.until === null)
      return undefined;
    return { ...soFar, counted: counted + Number(row.counted), countedUntil: row.until };
  }

  /** In one statement, hence in one snapshot: a batch that commits meanwhile is in all counts or in none. */
  async count(tx: EntityManager, tenantId: string, soFar: CheckedSoFar): Promise<CouponCount | undefined> {
    const { couponId, counted, countedUntil, usersUntil } = soFar;
    const [row] = await tx.query<CountRow[]>(
      `WITH users AS (
         SELECT u.user_id, u.coupon_id, u.uses FROM coupon_usage u
          WHERE u.tenant_id = $1 AND u.coupon_id = $2 AND u.user_id > $4
          ORDER BY u.user_id LIMIT $5
       )
       SELECT c.redeemed, c.max, c.finished, c.rev,
              (SELECT count(*) FROM redemption r WHERE r.tenant_id = $1 AND r.coupon_id = $2
                  AND r.redeemed_at > $3::timestamptz) AS newer,
              greatest(v.latest, (SELECT max(r.redeemed_at) FROM redemption r
                                   WHERE r.tenant_id = $1 AND r.coupon_id = $2))::text AS latest,
              v.voided, v.uncounted, w.users, w.uses, w.wrong_users, w.last_user
         FROM coupon c
         CROSS JOIN (SELECT count(*) AS voided, count(*) FILTER (WHERE NOT r.counted) AS uncounted,
                            max(r.voided_at) AS latest FROM redemption r
                      WHERE r.tenant_id = $1 AND r.coupon_id = $2 AND r.voided_at IS NOT NULL) v
         CROSS JOIN (SELECT count(*) AS users, coalesce(sum(u.uses), 0) AS uses,
                            (SELECT user_id FROM users ORDER BY user_id DESC LIMIT 1) AS last_user,
                            count(*) FILTER (WHERE ${ARE_WRONG}) AS wrong_users
                       FROM users u) w
        WHERE c.tenant_id = $1 AND c.coupon_id = $2`,
      [tenantId, couponId, countedUntil, usersUntil, this.pieces.users],
    );
    if (row === undefined) return undefined;
    const all = counted + Number(row.newer);
    const beginsRound = usersUntil === FIRST_USER;
    const isLast = Number(row.users) < this.pieces.users;
    const isResting = beginsRound && !isLast && soFar.isResting;
    const isRoundOver = isLast || isResting;
    return {
      couponId,
      stock: {
        redeemed: Number(row.redeemed),
        max: row.max === null ? null : Number(row.max),
        finished: row.finished,
        revision: Number(row.rev),
      },
      redemptions: all - Number(row.uncounted),
      wrongUsers: Number(row.wrong_users),
      uses: beginsRound && isLast ? Number(row.uses) : null,
      live: all - Number(row.voided),
      next: {
        ...soFar,
        usersUntil: isRoundOver ? FIRST_USER : (row.last_user ?? FIRST_USER),
        seenUntil: beginsRound && !isResting ? (row.latest ?? '-infinity') : soFar.seenUntil,
      },
      beginsRound: beginsRound && !isResting,
      isRoundOver,
      isResting,
    };
  }

  /** @param revision that is proven now; null = not yet, or it could not be checked: it comes after the others */
  async mark(
    tx: EntityManager,
    tenantId: string,
    { couponId, counted, countedUntil, usersUntil, seenUntil, endsRound = false }: Mark,
    revision: number | null,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO coupon_check AS k (tenant_id, coupon_id, checked_rev, checked_at, counted, counted_until, users_until,
                                      seen_until, round_ended_at)
       VALUES ($1, $2, coalesce($3, 0), clock_timestamp(), $4, $5, $6, $7, CASE WHEN $8 THEN clock_timestamp() END)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET checked_rev = coalesce($3, k.checked_rev), checked_at = excluded.checked_at, counted = excluded.counted,
             counted_until = excluded.counted_until, users_until = excluded.users_until,
             seen_until = excluded.seen_until, round_ended_at = coalesce(excluded.round_ended_at, k.round_ended_at)`,
      [tenantId, couponId, revision, counted, countedUntil, usersUntil, seenUntil, endsRound],
    );
  }
}
