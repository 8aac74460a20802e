import type { AuditEntryView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PageBounds } from './page-bounds.js';

type Row = Omit<AuditEntryView, 'at'> & { at: Date };

/** Reads what happened to a coupon, also after it was deleted. */
@Injectable()
export class AuditViewStore {
  /** The latest entry first. */
  async list(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    { after, limit }: PageBounds,
  ): Promise<AuditEntryView[]> {
    const rows: Row[] = await tx.query(
      `SELECT entry_id AS "entryId", at, action, before, after,
              json_build_object('kind', actor_kind, 'id', actor_id) AS actor
       FROM audit_entry
       WHERE tenant_id = $1 AND coupon_id = $2 AND ($3::uuid IS NULL OR entry_id < $3)
       ORDER BY entry_id DESC LIMIT $4`,
      [tenantId, couponId, after, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /** The coupon's channel, which never changes; null when there was no such coupon. */
  async channelOf(tx: EntityManager, tenantId: string, couponId: string): Promise<string | null> {
    const rows: { channelId: string }[] = await tx.query(
      `SELECT coalesce(after, before) ->> 'channelId' AS "channelId" FROM audit_entry
       WHERE tenant_id = $1 AND coupon_id = $2 AND coalesce(after, before) ? 'channelId'
       ORDER BY entry_id LIMIT 1`,
      [tenantId, couponId],
    );
    return rows[0]?.channelId ?? null;
  }
}
