import { type CouponRule, never } from './rule.js';

/** Of the printed codes of a coupon only the newest is good. */
export const printedCodeRule: CouponRule = {
  about: 'coupon',
  name: 'printed code',
  codes: ['code_withdrawn'],
  means: ['printed_code'],
  turnsBy: 'others',
  check: ({ coupon, means }) =>
    means?.kind === 'printed_code' && means.generation !== coupon.printedGeneration
      ? never('code_withdrawn')
      : undefined,
};
