import type { PersonRule } from './rule.js';

/** The audience of a rule coupon: whoever follows its channel now. */
export const followerRule: PersonRule = {
  about: 'person',
  name: 'follower',
  codes: ['not_a_follower'],
  check: ({ person }) => (person.following ? undefined : 'not_a_follower'),
};
