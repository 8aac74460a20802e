import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/** Who changed something: a person by an action, or a fact from another service (its event id). */
export interface Actor {
  readonly kind: 'person' | 'fact';
  readonly id: string;
}

export interface Change<State = object> {
  readonly before: State | null;
  readonly after: State | null;
  /** create, publish, …, or the name of the causing fact */
  readonly action: string;
  readonly by: Actor;
  readonly at: Date;
}

/** What an entry is about. */
export type AuditSubject =
  | { readonly couponId: string }
  | { readonly pointNameId: string }
  | { readonly triggerId: string }
  | { readonly tenantSettings: true };

/** Append-only: who, when, before, after. */
@Injectable()
export class AuditStore {
  async add(tx: EntityManager, tenantId: string, subject: AuditSubject, change: Change): Promise<void> {
    const { couponId, pointNameId, triggerId, tenantSettings }: Partial<Record<string, string | true>> = {
      ...subject,
    };
    await tx.query(
      `INSERT INTO audit_entry
         (tenant_id, entry_id, coupon_id, point_name_id, trigger_id, tenant_settings, at, action, actor_kind,
          actor_id, before, after)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        tenantId,
        uuidv7(),
        couponId,
        pointNameId,
        triggerId,
        tenantSettings,
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
