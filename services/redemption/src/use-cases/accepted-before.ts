import { Injectable } from '@nestjs/common';
import type { CommandRequest } from '#platform';
import type { CodeAnswer } from '../domain/code-answer.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { requestFingerprint, reservationId } from './request-identity.js';

/**
 * What was accepted under a request's key is told again, whatever has become of its code since: the pass may have moved,
 * the code may be hours old, the caller may be held up for guessing.
 */
@Injectable()
export class AcceptedBefore {
  constructor(
    private readonly facts: CouponFactsStore,
    private readonly slots: ReadSlots,
  ) {}

  /**
   * Needs nothing of the code: the kept answer says which coupon it was.
   * @param otherwise what is answered when nothing was accepted under the key; `key_reused` if it was for another body
   */
  async run(
    { principal: { tenantId, subject: principal }, route, idempotencyKey, bodyHash }: CommandRequest,
    otherwise: () => CodeAnswer | Promise<CodeAnswer>,
  ): Promise<CodeAnswer> {
    const reservation = reservationId({ tenantId, principal, route, idempotencyKey });
    const stored = await this.slots.run(() => this.facts.stored(tenantId, reservation));
    if (stored === undefined) return otherwise();
    const { fingerprint, answer } = stored;
    if (fingerprint !== requestFingerprint(answer.couponId, bodyHash)) return { kind: 'key_reused' };
    return { kind: 'accepted', view: answer, isReplay: true };
  }
}
