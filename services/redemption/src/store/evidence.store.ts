import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EvidenceOf } from '../codes/evidence-token.js';

export interface Evidence {
  readonly couponId: string;
  readonly couponName: string;
  readonly redeemedAt: Date;
  /** The database's clock. */
  readonly now: Date;
}

/** Time-based redemptions as their users may see them. */
@Injectable()
export class EvidenceStore {
  /** undefined: not this user's, not of a time-based coupon, or taken back. The coupon's own state does not matter. */
  async find(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { redemptionId, redeemedAt }: EvidenceOf,
  ): Promise<Evidence | undefined> {
    // The instant names the partition; the token has it in milliseconds, the row in microseconds.
    const rows = await tx.query<EvidenceRow[]>(
      `SELECT r.coupon_id, coalesce(k.name, '') AS name, r.redeemed_at, octopus_now() AS now
         FROM redemption r
         JOIN coupon c ON c.tenant_id = r.tenant_id AND c.coupon_id = r.coupon_id AND c.type = 'time_based'
         LEFT JOIN coupon_card k ON k.tenant_id = r.tenant_id AND k.coupon_id = r.coupon_id
        WHERE r.tenant_id = $1 AND r.redemption_id = $2 AND r.user_id = $3 AND r.voided_at IS NULL
          AND r.redeemed_at >= $4::timestamptz - interval '1 ms'
          AND r.redeemed_at < $4::timestamptz + interval '1 ms'`,
      [tenantId, redemptionId, userId, redeemedAt],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    return {
      couponId: row.coupon_id,
      couponName: row.name,
      redeemedAt: row.redeemed_at,
      now: row.now,
    };
  }
}

interface EvidenceRow {
  readonly coupon_id: string;
  readonly name: string;
  readonly redeemed_at: Date;
  readonly now: Date;
}
