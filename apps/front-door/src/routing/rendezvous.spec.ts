import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rendezvousOrder } from './rendezvous.js';

// As a stateful set names them: they differ in one character, which a weak hash does not spread.
const replicas = Array.from({ length: 8 }, (_, n) => `http://redemption-${n}.redemption:8080`);
const keys = Array.from(
  { length: 4_000 },
  (_, n) => `01980a5e-7c00-7000-8000-${String(n).padStart(12, '0')}`,
);
const first = (members: string[], key: string): string | undefined => rendezvousOrder(members, key)[0];

describe('rendezvousOrder', () => {
  it('spreads keys that differ in their last digits evenly', () => {
    const counts = new Map<string | undefined, number>();
    for (const member of keys.map((key) => first(replicas, key)))
      counts.set(member, (counts.get(member) ?? 0) + 1);
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(60);
  });

  it('moves only the keys of the replica that leaves, each to its next in order, and spreads them', () => {
    const [gone, ...rest] = replicas as [string, ...string[]];
    const takers = new Set<string | undefined>();
    const strays: string[] = [];
    for (const key of keys) {
      const [before, next] = rendezvousOrder(replicas, key);
      const after = first(rest, key);
      // One comparison per key in plain code: thousands of expectations take seconds.
      if (after !== (before === gone ? next : before)) strays.push(key);
      if (before === gone) takers.add(after);
    }
    expect(strays).toEqual([]);
    expect(takers.size).toBe(7);
  });

  it('does not depend on the order in which the replicas are named', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 6 }), fc.string(), (members, key) => {
        expect(rendezvousOrder([...members].reverse(), key)).toEqual(rendezvousOrder(members, key));
      }),
    );
  });

  it('gives every member once', () => {
    expect(rendezvousOrder(replicas, 'k').sort()).toEqual([...replicas].sort());
    expect(rendezvousOrder([], 'k')).toEqual([]);
  });
});
