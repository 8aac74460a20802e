import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponSnapshot } from '#contracts';

/** Redemption's own coupon rows, written by catalog's snapshots; how much is left is written by redeem_batch alone. */
@Injectable()
export class CouponStore {
  /**
   * Takes a snapshot over. The first one creates how much is left; later ones never write it.
   * @returns when it took effect, or undefined: this version or a newer one is there already
   */
  async takeOver(tx: EntityManager, tenantId: string, snapshot: CouponSnapshot): Promise<Date | undefined> {
    const { couponId, channelId, type, version, status, finishedReason, terms, schedule } = snapshot;
    // The revision rises here too: the per-user cap stands beside the numbers in Redis.
    const rows = await tx.query<{ taken_over_at: Date }[]>(
      `INSERT INTO coupon AS c (tenant_id, coupon_id, channel_id, type, version, status, finished_reason, start_at,
                                end_at, per_user_cap, max, taken_over_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, octopus_now())
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET channel_id = excluded.channel_id, type = excluded.type, version = excluded.version,
             status = excluded.status, finished_reason = excluded.finished_reason, start_at = excluded.start_at,
             end_at = excluded.end_at, per_user_cap = excluded.per_user_cap, rev = c.rev + 1,
             taken_over_at = excluded.taken_over_at
       WHERE c.version < excluded.version
       RETURNING taken_over_at`,
      [
        tenantId,
        couponId,
        channelId,
        type,
        version,
        status,
        finishedReason,
        schedule.startAt,
        schedule.endAt,
        terms.maxRedemptionsPerUser,
        terms.maxRedemptions,
      ],
    );
    return rows[0]?.taken_over_at;
  }

  /** Ids of coupons that may still be redeemed, after `after` in the order of ids. */
  async openCoupons(tx: EntityManager, tenantId: string, after: string, limit: number): Promise<string[]> {
    const rows = await tx.query<{ coupon_id: string }[]>(
      `SELECT coupon_id FROM coupon
        WHERE tenant_id = $1 AND coupon_id > $2 AND NOT finished AND status <> 'finished'
          AND (end_at IS NULL OR end_at > octopus_now())
        ORDER BY coupon_id LIMIT $3`,
      [tenantId, after, limit],
    );
    return rows.map(({ coupon_id }) => coupon_id);
  }
}
