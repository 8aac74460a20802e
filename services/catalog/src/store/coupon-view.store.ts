import { type CouponView, guardedField, type PendingRevisionView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PendingRevision } from '../domain/coupon.js';
import { ImageAddresses } from '../images/image-addresses.js';
import type { PageBounds } from './page-bounds.js';

type Instant<Value> = Value extends null ? null : Date;

/** A coupon's row with its channel's zone and its usage, named as the view names them. */
export type CouponViewRow = Omit<CouponView, InstantField | 'image' | 'pendingRevision'> & {
  [Field in InstantField]: Instant<CouponView[Field]>;
} & { imageHash: string | null; proposedImageHash: string | null; pendingRevision: PendingRevision | null };

type InstantField = 'availableFrom' | 'startAt' | 'endAt' | 'createdAt' | 'editedAt' | 'publishedAt';

export const couponViewColumns = `
  c.coupon_id AS "couponId", c.channel_id AS "channelId", c.type, c.status,
  c.finished_reason AS "finishedReason", c.rejected_because AS "rejectedBecause",
  c.pending_revision AS "pendingRevision", c.version, c.name, c.description,
  c.redeemed_message AS "redeemedMessage", c.reminder,
  -- From publication on redemption owns the cap.
  CASE WHEN u.stock_revision > 0 THEN u.max_redemptions ELSE c.max_redemptions END AS "maxRedemptions",
  c.max_redemptions_per_user AS "maxRedemptionsPerUser",
  c.time_limit AS "timeLimit", c.price, c.bonus, c.validity,
  CASE WHEN c.trigger_id IS NOT NULL
    THEN jsonb_build_object('triggerId', c.trigger_id, 'cost', c.trigger_cost) END AS trigger,
  c.hide_if_not_available AS "hideIfNotAvailable", c.points_taken_automatically AS "pointsTakenAutomatically",
  c.audience, c.availability, c.programme_id AS "programmeId",
  c.level_ids AS "levelIds", c.image_id AS "imageId", i.hash AS "imageHash",
  proposed.hash AS "proposedImageHash", c.position,
  coalesce(u.redeemed, 0) AS redeemed, greatest(u.unique_users, 0) AS "uniqueUsers",
  CASE WHEN c.published_at IS NOT NULL AND ch.active_since IS NOT NULL
    THEN greatest(c.published_at, c.start_at, ch.active_since) END AS "availableFrom", c.start_at AS "startAt", c.end_at AS "endAt",
  coalesce(c.time_zone, ch.time_zone) AS "timeZone", c.recurrence,
  c.published_at IS NOT NULL AND coalesce(u.applied_version, 0) < c.version AS "takingEffect",
  c.created_at AS "createdAt", c.edited_at AS "editedAt",
  c.published_at AS "publishedAt"`;

export const couponViewJoins = `
  JOIN channel ch ON ch.tenant_id = c.tenant_id AND ch.channel_id = c.channel_id
  LEFT JOIN image i ON i.tenant_id = c.tenant_id AND i.image_id = c.image_id
  LEFT JOIN image proposed ON proposed.tenant_id = c.tenant_id
    AND proposed.image_id = (c.pending_revision -> 'fields' ->> 'imageId')::uuid
  LEFT JOIN coupon_usage u ON u.tenant_id = c.tenant_id AND u.coupon_id = c.coupon_id`;

/** Reads coupons as the edge shows them: together with what redemption has told about them. */
@Injectable()
export class CouponViewStore {
  constructor(private readonly images: ImageAddresses) {}

  async find(tx: EntityManager, tenantId: string, couponId: string): Promise<CouponView | null> {
    const rows: CouponViewRow[] = await tx.query(
      `SELECT ${couponViewColumns} FROM coupon c ${couponViewJoins} WHERE c.tenant_id = $1 AND c.coupon_id = $2`,
      [tenantId, couponId],
    );
    return rows[0] ? toCouponView(rows[0], this.images) : null;
  }

  /** Those that wait for the tenant's approval, or have a revision that does, by id: the oldest first. */
  async listAwaitingApproval(
    tx: EntityManager,
    tenantId: string,
    { after, limit }: PageBounds,
  ): Promise<CouponView[]> {
    const rows: CouponViewRow[] = await tx.query(
      `SELECT ${couponViewColumns} FROM coupon c ${couponViewJoins}
       WHERE c.tenant_id = $1 AND (c.status = 'pending_approval' OR c.pending_revision IS NOT NULL)
         AND ($2::uuid IS NULL OR c.coupon_id > $2)
       ORDER BY c.coupon_id LIMIT $3`,
      [tenantId, after, limit],
    );
    return rows.map((row) => toCouponView(row, this.images));
  }
}

export function toCouponView(
  { imageHash, proposedImageHash, ...row }: CouponViewRow,
  images: ImageAddresses,
): CouponView {
  const proposedImage = proposedImageHash === null ? null : images.of(proposedImageHash);
  return {
    ...row,
    availableFrom: row.availableFrom?.toISOString() ?? null,
    image: imageHash === null ? null : images.of(imageHash),
    pendingRevision: row.pendingRevision && toRevisionView(row, row.pendingRevision, proposedImage),
    startAt: row.startAt?.toISOString() ?? null,
    endAt: row.endAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt.toISOString(),
    publishedAt: row.publishedAt?.toISOString() ?? null,
  };
}

/** Beside each wish what is live. */
function toRevisionView(
  row: Omit<CouponViewRow, 'imageHash' | 'proposedImageHash'>,
  { fields, proposedAt }: PendingRevision,
  image: PendingRevisionView['image'],
): PendingRevisionView {
  const live = { ...row, triggerId: row.trigger?.triggerId ?? null };
  const wishes = guardedField.options.filter((field) => fields[field] !== undefined);
  return {
    proposedAt,
    changes: wishes.map((field) => ({ field, live: live[field], proposed: fields[field] ?? null })),
    image,
  };
}
