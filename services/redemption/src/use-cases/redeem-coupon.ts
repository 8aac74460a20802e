import { Injectable } from '@nestjs/common';
import type { CommandRequest } from '#platform';
import type { RedeemAnswer } from '../domain/answer.js';
import { requestFingerprint, reservationId } from './request-identity.js';
import { SubmitRedemption } from './submit-redemption.js';

const button = { kind: 'button' } as const;

/** A user presses Redeem. */
@Injectable()
export class RedeemCoupon {
  constructor(private readonly submitRedemption: SubmitRedemption) {}

  /** @throws what PostgreSQL throws when it is away; the same request may then be sent again */
  run(command: CommandRequest, couponId: string): Promise<RedeemAnswer> {
    const { tenantId, subject: userId } = command.principal;
    const { route, idempotencyKey, bodyHash, correlationId } = command;
    return this.submitRedemption.run({
      tenantId,
      couponId,
      userId,
      means: button,
      reservationId: reservationId({ tenantId, principal: userId, route, idempotencyKey }),
      fingerprint: requestFingerprint(couponId, bodyHash),
      correlationId,
    });
  }
}
