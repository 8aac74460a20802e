import type { CouponType } from '#contracts';
import type { Means } from '../means.js';
import { type CouponRule, never } from './rule.js';

const redeems: Record<Means['kind'], readonly CouponType[]> = {
  button: ['click', 'time_based'],
  pass: ['qr'],
  printed_code: ['qr'],
  screen_code: ['qr'],
  auto: ['auto'],
};

/** Each type of coupon has its own means. */
export const typeRule: CouponRule = {
  about: 'coupon',
  name: 'type',
  codes: ['coupon_wrong_type'],
  turnsBy: 'locks',
  check: ({ coupon, means }) =>
    means === null || redeems[means.kind].includes(coupon.type) ? undefined : never('coupon_wrong_type'),
};
