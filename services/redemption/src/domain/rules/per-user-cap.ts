import type { PersonRule } from './rule.js';

export const perUserCapRule: PersonRule = {
  about: 'person',
  name: 'per-user cap',
  codes: ['user_limit_reached'],
  check: ({ coupon, person }) =>
    coupon.perUserCap !== null && person.uses >= coupon.perUserCap ? 'user_limit_reached' : undefined,
};
