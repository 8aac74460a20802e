import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Coupon } from '../domain/coupon.js';

/** Who changed a coupon: a person by an action, or a fact from another service (its event id). */
export interface Actor {
  readonly kind: 'person' | 'fact';
  readonly id: string;
}

export interface CouponChange {
  readonly before: Coupon | null;
  readonly after: Coupon | null;
  /** create, publish, …, or the name of the causing fact */
  readonly action: string;
  readonly by: Actor;
  readonly at: Date;
}

/** Append-only: who, when, before, after. */
@Injectable()
export class AuditStore {
  async add(tx: EntityManager, tenantId: string, couponId: string, change: CouponChange): Promise<void> {
    await tx.query(
      `INSERT INTO audit_entry (tenant_id, entry_id, coupon_id, at, action, actor_kind, actor_id, before, after)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        tenantId,
        uuidv7(),
        couponId,
        change.at,
        change.action,
        change.by.kind,
        change.by.id,
        change.before,
        change.after,
      ],
    );
  }
}
