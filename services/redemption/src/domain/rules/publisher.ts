import { type CouponRule, never } from './rule.js';

/** Nothing is redeemed while its channel is a draft or the account behind it is suspended. */
export const publisherRule: CouponRule = {
  about: 'coupon',
  name: 'publisher',
  codes: ['channel_inactive', 'partner_suspended'],
  turnsBy: 'others',
  check: ({ coupon }) => {
    if (!coupon.channelActive) return never('channel_inactive');
    return coupon.partnerActive ? undefined : never('partner_suspended');
  },
};
