import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DueKind } from '../domain/plan.js';

/** The newest version seen of each coupon, and what has been announced of it. */
@Injectable()
export class CouponScheduleStore {
  /**
   * Takes the version over and locks the coupon's row.
   * @returns false when this version or a newer one is stored already
   */
  async takeOver(tx: EntityManager, tenantId: string, couponId: string, version: number): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO coupon_schedule AS stored (tenant_id, coupon_id, version) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE SET version = excluded.version
       WHERE stored.version < excluded.version
       RETURNING 1`,
      [tenantId, couponId, version],
    );
    return rows.length > 0;
  }

  /** Locks coupons in the order of their ids: whoever touches their due rows holds this first. */
  async lock(tx: EntityManager, tenantId: string, couponIds: readonly string[]): Promise<void> {
    await tx.query(
      `SELECT FROM coupon_schedule WHERE tenant_id = $1 AND coupon_id = ANY ($2::uuid[])
       ORDER BY coupon_id FOR UPDATE`,
      [tenantId, couponIds],
    );
  }

  async announced(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
  ): Promise<Partial<Record<DueKind, Date>>> {
    const rows: { kind: DueKind; dueAt: Date }[] = await tx.query(
      'SELECT kind, due_at AS "dueAt" FROM announced WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return Object.fromEntries(rows.map(({ kind, dueAt }) => [kind, dueAt]));
  }

  async markAnnounced(
    tx: EntityManager,
    tenantId: string,
    dues: readonly { couponId: string; kind: DueKind; dueAt: Date }[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO announced (tenant_id, coupon_id, kind, due_at)
       SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::timestamptz[])
       ON CONFLICT (tenant_id, coupon_id, kind) DO UPDATE SET due_at = excluded.due_at`,
      [
        tenantId,
        dues.map(({ couponId }) => couponId),
        dues.map(({ kind }) => kind),
        dues.map(({ dueAt }) => dueAt.toISOString()),
      ],
    );
  }
}
