import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponSnapshot } from '#contracts';

/** Later ones stand among the unnumbered: the column holds no more. */
const LAST_POSITION = 2_147_483_647;

/** Lists run downwards: position 1 first, those without a position last. */
export function placeOf(position: number | null): number {
  return -Math.min(position ?? LAST_POSITION, LAST_POSITION);
}

/** What lists show of a coupon, apart from the row on which redemptions are decided. */
@Injectable()
export class CouponCardStore {
  /** Skips what is not newer than what is stored. */
  async put(tx: EntityManager, tenantId: string, snapshot: CouponSnapshot): Promise<void> {
    const { couponId, version, channelId, name, description, image, position, status, terms } = snapshot;
    await tx.query(
      `INSERT INTO coupon_card AS c (tenant_id, coupon_id, version, channel_id, name, description, position, place, edited_at,
                                     hide_if_not_available, listed, reach, image)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET version = excluded.version, channel_id = excluded.channel_id, name = excluded.name,
             description = excluded.description, position = excluded.position, place = excluded.place,
             edited_at = excluded.edited_at,
             hide_if_not_available = excluded.hide_if_not_available, listed = excluded.listed, reach = excluded.reach,
             image = excluded.image
       WHERE c.version < excluded.version`,
      [
        tenantId,
        couponId,
        version,
        channelId,
        name,
        description,
        position && Math.min(position, LAST_POSITION),
        placeOf(position),
        snapshot.editedAt ?? snapshot.publishedAt,
        terms.hideIfNotAvailable,
        status === 'active' || status === 'scheduled',
        snapshot.availability === 'grant' ? 'grant' : snapshot.audience,
        image && JSON.stringify(image),
      ],
    );
  }

  /** Whether its owner wants it hidden from whoever cannot pay. */
  async isHidden(tx: EntityManager, tenantId: string, couponId: string): Promise<boolean> {
    const [row] = await tx.query<{ hidden: boolean }[]>(
      'SELECT hide_if_not_available AS hidden FROM coupon_card WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return row?.hidden ?? false;
  }
}
