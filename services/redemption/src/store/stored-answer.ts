import type { RedemptionView } from '#contracts';
import { EVIDENCE_MS } from '../domain/evidence.js';

/** An answer as it is kept: what it holds nothing of is left out, and answers of an older release know less. */
export type StoredAnswer = Pick<
  RedemptionView,
  'redemptionId' | 'couponId' | 'userId' | 'redeemedAt' | 'userRedemptions'
> &
  Partial<Omit<RedemptionView, 'evidence'>> & { readonly showsEvidence?: boolean };

/** The evidence is still without its token, which is not kept but made anew for each answer (SubmitRedemption). */
export function viewOf(stored: StoredAnswer): RedemptionView {
  const { redemptionId, couponId, userId, redeemedAt, userRedemptions } = stored;
  return {
    redemptionId,
    couponId,
    userId,
    redeemedAt,
    userRedemptions,
    method: stored.method ?? 'button',
    price: stored.price ?? null,
    bonus: stored.bonus ?? null,
    evidence:
      stored.showsEvidence === true
        ? { token: '', shownUntil: new Date(Date.parse(redeemedAt) + EVIDENCE_MS).toISOString() }
        : null,
  };
}
