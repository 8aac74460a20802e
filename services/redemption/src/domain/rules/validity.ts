import { never, type PersonRule } from './rule.js';

/**
 * A grant lasts so long from its instant on, through closed windows; the coupon's own end is the window rule's. Turned not
 * by time alone: an older grant of which we hear late moves the instant back, without the coupon's lock.
 */
export const validityRule: PersonRule = {
  about: 'person',
  name: 'validity',
  codes: ['grant_expired'],
  turnsBy: 'others',
  check: ({ coupon: { availability, validityMs }, person: { grant } }, now) => {
    if (availability !== 'grant' || validityMs === null || grant === null) return undefined;
    return now >= grant.availableAt + validityMs ? never('grant_expired') : undefined;
  },
};
