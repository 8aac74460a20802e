import { never, type PersonRule } from './rule.js';

export const perUserCapRule: PersonRule = {
  about: 'person',
  name: 'per-user cap',
  codes: ['user_limit_reached'],
  turnsBy: 'locks',
  check: ({ coupon: { perUserCap }, person: { uses } }) =>
    perUserCap !== null && uses >= perUserCap ? never('user_limit_reached') : undefined,
};
