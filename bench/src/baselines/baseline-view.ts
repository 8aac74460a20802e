import { v7 as uuidv7 } from 'uuid';
import type { RedemptionView } from '#contracts';
import type { CommandRequest } from '#platform';

/** What every answer to a redemption says, whatever its coupon's type. */
export type BaselineView = Pick<
  RedemptionView,
  'redemptionId' | 'couponId' | 'userId' | 'redeemedAt' | 'userRedemptions'
>;

export function viewOf({ principal }: CommandRequest, couponId: string): BaselineView {
  return {
    redemptionId: uuidv7(),
    couponId,
    userId: principal.subject,
    redeemedAt: new Date().toISOString(),
    userRedemptions: 1,
  };
}
