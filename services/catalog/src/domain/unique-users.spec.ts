import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type UseFact, uniqueUsersChange } from './unique-users.js';

/** What some users did: each redeems, or has one of their redemptions voided where there is one. */
const deeds = fc.array(fc.record({ user: fc.nat({ max: 3 }), wants: fc.constantFrom('redeem', 'void') }), {
  maxLength: 40,
});

function played(wishes: readonly { user: number; wants: string }[]): { facts: UseFact[]; users: number } {
  const uses = new Map<number, number>();
  const facts: UseFact[] = [];
  for (const { user, wants } of wishes) {
    const before = uses.get(user) ?? 0;
    if (wants === 'void' && before === 0) continue;
    const userRedemptions = wants === 'void' ? before - 1 : before + 1;
    uses.set(user, userRedemptions);
    facts.push({ name: wants === 'void' ? 'voided' : 'redeemed', data: { userRedemptions } });
  }
  return { facts, users: [...uses.values()].filter((left) => left > 0).length };
}

describe('uniqueUsersChange', () => {
  it('adds up to the users with a use left, in whatever order the facts come', () => {
    fc.assert(
      fc.property(
        deeds.chain((wishes) => {
          const { facts, users } = played(wishes);
          return fc.record({
            facts: fc.shuffledSubarray(facts, { minLength: facts.length }),
            users: fc.constant(users),
          });
        }),
        ({ facts, users }) => {
          const sum = facts.reduce((total, fact) => total + uniqueUsersChange(fact), 0);
          expect(sum).toBe(users);
        },
      ),
    );
  });
});
