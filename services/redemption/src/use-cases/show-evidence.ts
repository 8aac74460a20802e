import { Injectable } from '@nestjs/common';
import type { EvidenceView } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { EvidenceTokens } from '../codes/evidence-token.js';
import { EVIDENCE_MS } from '../domain/evidence.js';
import { EvidenceStore } from '../store/evidence.store.js';
import { ReadSlots } from '../store/read-slots.js';

/** What the screen shows for three minutes after a time-based redemption, again after a reload (T3). */
@Injectable()
export class ShowEvidence {
  constructor(
    private readonly tokens: EvidenceTokens,
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly evidence: EvidenceStore,
  ) {}

  /** @throws ProblemError `evidence_not_found` or `evidence_expired` */
  async run({ tenantId, subject: userId }: Principal, token: string): Promise<EvidenceView> {
    const of = this.tokens.read(token);
    if (of === undefined) throw new ProblemError('evidence_not_found');
    const found = await this.slots.run(() =>
      this.database.read(tenantId, (tx) => this.evidence.find(tx, tenantId, userId, of)),
    );
    if (found === undefined) throw new ProblemError('evidence_not_found');
    const { couponId, couponName, redeemedAt, now } = found;
    const shownUntil = new Date(redeemedAt.getTime() + EVIDENCE_MS);
    if (now >= shownUntil)
      throw new ProblemError('evidence_expired', {
        detail: `It was shown until ${shownUntil.toISOString()}.`,
      });
    return {
      redemptionId: of.redemptionId,
      couponId,
      couponName,
      userId,
      redeemedAt: redeemedAt.toISOString(),
      shownUntil: shownUntil.toISOString(),
      serverTime: now.toISOString(),
    };
  }
}
