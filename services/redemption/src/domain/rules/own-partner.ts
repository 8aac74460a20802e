import { type CouponRule, never } from './rule.js';

/** A cashier redeems coupons of the own partner only. */
export const ownPartnerRule: CouponRule = {
  about: 'coupon',
  name: 'own partner',
  codes: ['other_partner'],
  means: ['pass', 'screen_code'],
  turnsBy: 'locks',
  check: ({ coupon, means }) => {
    if (means?.kind !== 'pass' && means?.kind !== 'screen_code') return undefined;
    return means.cashier.partnerId === coupon.partnerId ? undefined : never('other_partner');
  },
};
