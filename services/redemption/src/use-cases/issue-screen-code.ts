import { Injectable } from '@nestjs/common';
import type { ScreenCodeView } from '#contracts';
import { type Principal, ProblemError } from '#platform';
import { base64url, borderOf, STEP_SECONDS, stepAt } from '#qr-codes';
import { CodeKeys } from '../codes/code-keys.js';
import { CouponOfCaller } from './coupon-of-caller.js';

/** A shift. */
const LONGEST_KEY_MS = 12 * 3_600_000;

/** The Partner app fetches what it needs to show a rotating code of a coupon (T2). Nothing is stored. */
@Injectable()
export class IssueScreenCode {
  constructor(
    private readonly couponOfCaller: CouponOfCaller,
    private readonly keys: CodeKeys,
  ) {}

  /** @throws ProblemError `coupon_not_found`, `coupon_wrong_type`, `other_partner`, `store_not_allowed` */
  async run(principal: Principal, couponId: string): Promise<ScreenCodeView> {
    const { now } = await this.couponOfCaller.run(principal, couponId);
    const { tenantId, subject: cashierId, store: storeId } = principal;
    if (storeId === undefined) throw new ProblemError('store_not_allowed');
    const until = stepAt(now + LONGEST_KEY_MS);
    const key = this.keys.present({ kind: 'screen', tenantId, couponId, cashierId, storeId, until });
    return {
      couponId,
      storeId,
      cashierId,
      key: base64url(key),
      stepSeconds: STEP_SECONDS,
      validUntil: new Date(borderOf(until)).toISOString(),
      serverTime: new Date(now).toISOString(),
    };
  }
}
