import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { movesOf } from './explore.js';
import type { Guard } from './guards.js';
import { judge } from './judge.js';
import { type Scenario, worldOf } from './scenario.js';
import { beginning } from './beginning.js';

/** Too large to be seen whole: everything at once, and every disturbance. */
const large: Scenario = {
  what: 'three processes, four users, three coupons, two points, Redis, all disturbances',
  processes: 3,
  users: 4,
  points: [2, 2],
  coupons: [
    { max: 3, perUser: 1, cooldown: 2 },
    { max: 2, price: 1, priceIn: 0, bonus: 1, bonusIn: 1, end: 6 },
    { max: 2, perUser: 2, price: 1, priceIn: 1, bonus: 2, bonusIn: 0 },
  ],
  requests: [0, 1, 2, 3].flatMap((user) =>
    [0, 1, 2].map((coupon) => ({
      key: `k${user + 1}${coupon + 1}`,
      user,
      coupon,
      sends: 2,
      auto: coupon === 2,
    })),
  ),
  lastInstant: 8,
  redis: true,
  disturbances: {
    crash: 2,
    cut: 4,
    flush: 1,
    restore: 1,
    slow: 2,
    lostWrite: 2,
    unfollow: 1,
    reprice: 1,
    disable: 2,
    void: 3,
    cap: 3,
    earn: 2,
  },
};

/** Where a walk goes wrong, and how it came there. Each number picks one of the moves that are possible then. */
function walk(choices: readonly number[], without: readonly Guard[] = []): string | null {
  const world = worldOf(large, without);
  const state = beginning(large);
  const steps: string[] = [];
  for (const choice of choices) {
    const moves = movesOf(state, world);
    const move = moves[choice % moves.length];
    if (move === undefined) return null;
    steps.push(move.says);
    move.run(state);
    const wrong = judge(state, world);
    if (wrong !== null) return `${wrong}\n${steps.join('\n')}`;
  }
  return null;
}

const choices = fc.array(fc.nat(10_000), { minLength: 150, maxLength: 250, size: 'max' });

describe(`random walks: ${large.what}`, () => {
  it('never go wrong', () => {
    fc.assert(
      fc.property(choices, (picked) => expect(walk(picked)).toBeNull()),
      { numRuns: 200 },
    );
  });

  // The walks can fail: each of these is found by one of a few hundred.
  it.each(['lockBeforeRead', 'stickyFinished', 'balancesInOneOrder', 'voidUnderLock'] as const)(
    'go wrong without %s',
    (guard) => {
      const found = fc.check(
        fc.property(choices, (picked) => walk(picked, [guard]) === null),
        { numRuns: 2_000, seed: 7, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
    },
  );
});
