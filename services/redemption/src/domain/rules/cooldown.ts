import type { PersonRule } from './rule.js';

/**
 * Rolling, from the user's last redemption on. Time only lets the user go, unless the clock steps back while the same
 * request, sent before, commits: a copy that is looked up in those milliseconds is told to wait, although the first was
 * accepted, and gets its answer when it is sent again, as refusals are not kept. Left to the function, everybody who
 * cools down would queue for the coupon's row, always, for the sake of that.
 */
export const cooldownRule: PersonRule = {
  about: 'person',
  name: 'cooldown',
  codes: ['cooling_down'],
  turnsBy: 'locks',
  check: ({ coupon: { timeLimitMs }, person: { lastAt } }, now) => {
    if (timeLimitMs === null || lastAt === null) return undefined;
    const freeAt = lastAt + timeLimitMs;
    return now < freeAt ? { code: 'cooling_down', passesAt: freeAt } : undefined;
  },
};
