import { type CouponRule, errorIf } from './publish-rule.js';

/** D10: time between two redemptions means something only where a user has two. */
export const timeLimitNeedsSeveralUses: CouponRule = ({ timeLimit, maxRedemptionsPerUser }) =>
  errorIf(
    timeLimit !== null && maxRedemptionsPerUser === 1,
    '/timeLimit',
    'means nothing where a user may redeem once; raise maxRedemptionsPerUser or take the time limit away',
  );

/** T5: without either, an automatic coupon would be redeemed again and again without end. */
export const autoNeedsALimit: CouponRule = ({ type, timeLimit, maxRedemptionsPerUser }) =>
  errorIf(
    type === 'auto' && timeLimit === null && maxRedemptionsPerUser === null,
    '/maxRedemptionsPerUser',
    'an automatic coupon needs a cap per user or a time limit',
  );

/** T5: nobody's points are taken unasked unless the owner has said so. */
export const pricedAutoIsConfirmed: CouponRule = ({ type, price, pointsTakenAutomatically }) =>
  errorIf(
    type === 'auto' && price !== null && !pointsTakenAutomatically,
    '/pointsTakenAutomatically',
    'must be true: this coupon takes points without asking the user',
  );
