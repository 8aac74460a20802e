import type { CouponStatus, CouponType } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A coupon as far as its figures need it. */
export interface AnalysedCoupon {
  readonly couponId: string;
  readonly channelId: string;
  readonly name: string | null;
  readonly type: CouponType;
  readonly status: CouponStatus;
  /** null: not published. */
  readonly availability: 'rule' | 'grant' | null;
  /** Of the channel. */
  readonly timeZone: string;
  /** Users to whom a coupon without grants is available now. */
  readonly audience: number;
}

/** Followers of the channel, or everybody, whom the nil id counts. */
const select = `
  SELECT c.coupon_id AS "couponId", c.channel_id AS "channelId", c.name, c.type, c.status, c.availability,
    ch.time_zone AS "timeZone", coalesce(a.users, 0)::float8 AS audience
  FROM coupon c
  JOIN channel ch ON ch.tenant_id = c.tenant_id AND ch.channel_id = c.channel_id
  LEFT JOIN analytics_audience a ON a.tenant_id = c.tenant_id
    AND a.channel_id = CASE c.audience WHEN 'everyone' THEN '00000000-0000-0000-0000-000000000000' ELSE c.channel_id END`;

@Injectable()
export class AnalysedCouponStore {
  async find(tx: EntityManager, tenantId: string, couponId: string): Promise<AnalysedCoupon | null> {
    const rows: AnalysedCoupon[] = await tx.query(`${select} WHERE c.tenant_id = $1 AND c.coupon_id = $2`, [
      tenantId,
      couponId,
    ]);
    return rows[0] ?? null;
  }

  /** The newest first, after the given one. */
  list(
    tx: EntityManager,
    tenantId: string,
    { channelId, after, limit }: { channelId: string; after: string | null; limit: number },
  ): Promise<AnalysedCoupon[]> {
    return tx.query(
      `${select} WHERE c.tenant_id = $1 AND c.channel_id = $2 AND ($3::uuid IS NULL OR c.coupon_id < $3)
       ORDER BY c.coupon_id DESC LIMIT $4`,
      [tenantId, channelId, after, limit],
    );
  }

  async channelExists(tx: EntityManager, tenantId: string, channelId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query('SELECT FROM channel WHERE tenant_id = $1 AND channel_id = $2', [
      tenantId,
      channelId,
    ]);
    return rows.length > 0;
  }

  /** The channels of those coupons that users may have seen: drafts are nobody's business. */
  async channelsOf(
    tx: EntityManager,
    tenantId: string,
    couponIds: readonly string[],
  ): Promise<Map<string, string>> {
    const rows: { couponId: string; channelId: string }[] = await tx.query(
      `SELECT coupon_id AS "couponId", channel_id AS "channelId" FROM coupon
       WHERE tenant_id = $1 AND coupon_id = ANY ($2) AND published_at IS NOT NULL`,
      [tenantId, couponIds],
    );
    return new Map(rows.map(({ couponId, channelId }) => [couponId, channelId]));
  }
}
