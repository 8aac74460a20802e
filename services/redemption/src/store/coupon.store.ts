import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { durationSeconds, type CouponSnapshot } from '#contracts';

/** Redemption's own coupon rows, written by catalog's snapshots; how much is left is written by redeem_batch alone. */
@Injectable()
export class CouponStore {
  /**
   * Takes a snapshot over. The first one creates how much is left; later ones never write it.
   * @returns when it took effect, or undefined: this version or a newer one is there already
   */
  async takeOver(tx: EntityManager, tenantId: string, snapshot: CouponSnapshot): Promise<Date | undefined> {
    await this.seedChannel(tx, tenantId, snapshot);
    const values = { ...columnsOf(snapshot), tenant_id: tenantId };
    const names = Object.keys(values);
    const changing = names.filter((name) => !['tenant_id', 'coupon_id', 'max'].includes(name));
    // The revision rises here too: the per-user cap stands beside the numbers in Redis.
    const rows = await tx.query<{ taken_over_at: Date }[]>(
      `INSERT INTO coupon AS c (${names.join(', ')}, taken_over_at)
       VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}, octopus_now())
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}, rev = c.rev + 1,
             taken_over_at = excluded.taken_over_at
       WHERE c.version < excluded.version
       RETURNING taken_over_at`,
      Object.values(values),
    );
    return rows[0]?.taken_over_at;
  }

  /** So that a coupon's channel is always known; whatever catalog says of the channel itself is newer. */
  private async seedChannel(tx: EntityManager, tenantId: string, snapshot: CouponSnapshot): Promise<void> {
    await tx.query(
      `INSERT INTO channel (tenant_id, channel_id, revision, partner_id, active) VALUES ($1, $2, 0, $3, $4)
       ON CONFLICT (tenant_id, channel_id) DO NOTHING`,
      [tenantId, snapshot.channelId, snapshot.partnerId, snapshot.channelStatus === 'active'],
    );
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

/** The terms of a snapshot by the coupon row's columns. */
function columnsOf(snapshot: CouponSnapshot): Record<string, unknown> {
  const { terms, schedule } = snapshot;
  return {
    coupon_id: snapshot.couponId,
    channel_id: snapshot.channelId,
    partner_id: snapshot.partnerId,
    type: snapshot.type,
    version: snapshot.version,
    status: snapshot.status,
    finished_reason: snapshot.finishedReason,
    audience: snapshot.audience,
    availability: snapshot.availability,
    programme_id: snapshot.programmeId,
    start_at: schedule.startAt,
    end_at: schedule.endAt,
    time_zone: schedule.timeZone,
    recurrence: schedule.recurrence && JSON.stringify(schedule.recurrence),
    max: terms.maxRedemptions,
    per_user_cap: terms.maxRedemptionsPerUser,
    time_limit_seconds: terms.timeLimit && durationSeconds(terms.timeLimit),
    validity_seconds: terms.validity && durationSeconds(terms.validity),
    price_point: terms.price?.pointNameId ?? null,
    price_amount: terms.price?.amount ?? null,
    bonus_point: terms.bonus?.pointNameId ?? null,
    bonus_amount: terms.bonus?.amount ?? null,
    trigger_id: terms.trigger?.triggerId ?? null,
    units_resource: terms.trigger?.cost?.resource ?? null,
    units: terms.trigger?.cost?.units ?? null,
  };
}
