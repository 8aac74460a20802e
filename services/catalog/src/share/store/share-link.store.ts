import type { CouponAudience, CouponStatus, Recurrence } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PageRequest } from '../../use-cases/page.js';

export interface StoredLink {
  readonly linkId: string;
  readonly couponId: string;
  readonly code: string;
  readonly createdAt: Date;
}

/** What a link shows of its coupon. */
export interface LinkedCoupon {
  readonly couponId: string;
  readonly channelId: string;
  readonly channelName: string;
  readonly channelActive: boolean;
  readonly name: string;
  readonly description: string;
  readonly status: CouponStatus;
  readonly audience: CouponAudience;
  readonly startAt: Date | null;
  readonly endAt: Date | null;
  readonly timeZone: string;
  readonly recurrence: Recurrence | null;
  /** The database's time as it was read. */
  readonly now: Date;
  readonly imageHash: string | null;
}

const columns = 'link_id AS "linkId", coupon_id AS "couponId", code, created_at AS "createdAt"';

@Injectable()
export class ShareLinkStore {
  /** The tenant is kept beside the code for those who open the link: they are nobody's yet. */
  async insert(tx: EntityManager, tenantId: string, link: StoredLink): Promise<void> {
    await tx.query('INSERT INTO share_code (code, tenant_id) VALUES ($1, $2)', [link.code, tenantId]);
    await tx.query(
      'INSERT INTO share_link (tenant_id, link_id, coupon_id, code, created_at) VALUES ($1, $2, $3, $4, $5)',
      [tenantId, link.linkId, link.couponId, link.code, link.createdAt],
    );
  }

  list(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    { after, limit }: PageRequest<string>,
  ): Promise<StoredLink[]> {
    return tx.query(
      `SELECT ${columns} FROM share_link
       WHERE tenant_id = $1 AND coupon_id = $2 AND revoked_at IS NULL AND ($3::uuid IS NULL OR link_id < $3)
       ORDER BY link_id DESC LIMIT $4`,
      [tenantId, couponId, after, limit],
    );
  }

  /** null = no such coupon */
  async channelOf(tx: EntityManager, tenantId: string, couponId: string): Promise<string | null> {
    const rows: { channelId: string }[] = await tx.query(
      'SELECT channel_id AS "channelId" FROM coupon WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return rows[0]?.channelId ?? null;
  }

  async find(tx: EntityManager, tenantId: string, linkId: string): Promise<StoredLink | null> {
    const rows: StoredLink[] = await tx.query(
      `SELECT ${columns} FROM share_link WHERE tenant_id = $1 AND link_id = $2 AND revoked_at IS NULL`,
      [tenantId, linkId],
    );
    return rows[0] ?? null;
  }

  async revoke(tx: EntityManager, tenantId: string, linkId: string): Promise<void> {
    await tx.query(
      'UPDATE share_link SET revoked_at = octopus_now() WHERE tenant_id = $1 AND link_id = $2 AND revoked_at IS NULL',
      [tenantId, linkId],
    );
  }

  /** Over all tenants; says nothing but whose code it is. */
  async tenantOf(tx: EntityManager, code: string): Promise<string | null> {
    const rows: { tenantId: string }[] = await tx.query(
      'SELECT tenant_id AS "tenantId" FROM share_code WHERE code = $1',
      [code],
    );
    return rows[0]?.tenantId ?? null;
  }

  /** Never a draft, nor one that waits for approval: those are nobody else's business. */
  async linkedCoupon(tx: EntityManager, tenantId: string, code: string): Promise<LinkedCoupon | null> {
    const rows: LinkedCoupon[] = await tx.query(
      `SELECT c.coupon_id AS "couponId", c.channel_id AS "channelId", ch.name AS "channelName",
              ch.status = 'active' AS "channelActive", c.name, c.description, c.status, c.audience,
              c.start_at AS "startAt", c.end_at AS "endAt", c.time_zone AS "timeZone", c.recurrence,
              octopus_now() AS now, i.hash AS "imageHash"
         FROM share_link l
         JOIN coupon c ON c.tenant_id = $1 AND c.coupon_id = l.coupon_id
         JOIN channel ch ON ch.tenant_id = $1 AND ch.channel_id = c.channel_id
         LEFT JOIN image i ON i.tenant_id = $1 AND i.image_id = c.image_id
        WHERE l.tenant_id = $1 AND l.code = $2 AND l.revoked_at IS NULL AND c.published_at IS NOT NULL`,
      [tenantId, code],
    );
    return rows[0] ?? null;
  }
}
