import { never, type PersonRule } from './rule.js';

/** Rule coupons are for whoever follows the channel now, or for everyone; grant coupons for whoever holds a live grant. */
export const audienceRule: PersonRule = {
  about: 'person',
  name: 'audience',
  codes: ['not_a_follower', 'not_available'],
  turnsBy: 'others',
  check: ({ coupon: { availability, audience }, person: { following, grant } }) => {
    if (availability === 'grant') return grant === null || grant.revoked ? never('not_available') : undefined;
    return audience === 'everyone' || following ? undefined : never('not_a_follower');
  },
};
