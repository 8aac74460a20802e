import { Injectable } from '@nestjs/common';
import { newUuid } from '#platform';
import type { EntityManager } from 'typeorm';
import type { Voided, voidRefusals } from '../domain/void.js';

/** Who takes back what, and as of when it is too late. */
export interface VoidOrder {
  readonly redemptionId: string;
  readonly by: string;
  /** A cashier's account; null = the caller is none. */
  readonly partnerId: string | null;
  /** An owner's channels. */
  readonly channelIds: readonly string[];
  readonly reason: string | null;
  readonly withinSeconds: number;
}

export type VoidRefusal = {
  readonly refusal: (typeof voidRefusals)[number];
  /** already_voided: when. */
  readonly voidedAt?: string;
  /** void_too_late: since when the time was running. */
  readonly redeemedAt?: string;
};

type Reply = VoidRefusal | Omit<Voided, 'redemptionId' | 'voidedBy' | 'reason'>;

/** Takes redemptions back in the database: one function (migrations/void-redemption), in the caller's transaction. */
@Injectable()
export class RedemptionVoidStore {
  /** The coupon's row stays locked until the commit: write the facts and be done. */
  async run(tx: EntityManager, tenantId: string, order: VoidOrder): Promise<Voided | VoidRefusal> {
    const { redemptionId, by, partnerId, channelIds, reason, withinSeconds } = order;
    const [row] = await tx.query<{ reply: Reply }[]>(
      'SELECT void_redemption($1, $2, $3, $4, $5, $6, $7, $8) AS reply',
      [
        tenantId,
        redemptionId,
        by,
        partnerId,
        channelIds,
        reason,
        withinSeconds,
        [newUuid(), newUuid(), newUuid()],
      ],
    );
    if (row === undefined) throw new Error('void_redemption gave no row');
    const { reply } = row;
    return 'refusal' in reply ? reply : { ...reply, redemptionId, voidedBy: by, reason };
  }
}
