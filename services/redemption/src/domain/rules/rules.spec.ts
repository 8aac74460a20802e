import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aKnownCoupon } from '../../../test/redemption-fixture.js';
import { passRefusals } from '../pass-terms.js';
import type { Means } from '../means.js';
import { stepAt } from '../means.js';
import { stranger } from '../person.js';
import { refusalsBy, rules } from './rules.js';

const now = Date.UTC(2026, 10, 22, 12);
const step = fc.integer({ min: -3, max: 3 }).map((off) => stepAt(now) + off);
const cashier = fc.constantFrom('own', 'other').map((partnerId) => ({
  cashierId: 'cashier',
  storeId: 'store',
  partnerId,
}));
const anyMeans: fc.Arbitrary<Means> = fc.oneof(
  fc.record({ kind: fc.constant('button' as const) }),
  fc.record({ kind: fc.constant('pass' as const), step, deviceTag: fc.integer({ min: 1, max: 2 }), cashier }),
  fc.record({ kind: fc.constant('printed_code' as const), generation: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ kind: fc.constant('screen_code' as const), step, cashier }),
  fc.record({ kind: fc.constant('auto' as const), grantId: fc.constant('grant'), hops: fc.constant(0) }),
);
const kinds = ['button', 'pass', 'printed_code', 'screen_code', 'auto'] as const;
const pass = fc.option(
  fc.record({
    deviceTag: fc.constant(1),
    validUntil: fc.constantFrom(now, now + 1),
    lastStep: step,
    acceptedAt: fc.option(fc.constantFrom(now - 60_000, now - 59_999)),
  }),
);
const coupon = fc
  .constantFrom(null, 1)
  .map((printedGeneration) => aKnownCoupon({ type: 'qr', partnerId: 'own', printedGeneration }));

describe('the rules', () => {
  it('refuse by the codes that the reference names for the means, and by each of them', () => {
    const met = new Map(kinds.map((kind) => [kind, new Set<string>()]));
    fc.assert(
      fc.property(anyMeans, pass, coupon, (means, passOfUser, known) => {
        const facts = { coupon: known, means, person: { ...stranger, following: true, pass: passOfUser } };
        for (const rule of rules) {
          const code = rule.check(facts, now)?.code;
          if (code === undefined) continue;
          expect(refusalsBy(means.kind)).toContain(code);
          if (rule.means !== undefined) met.get(means.kind)?.add(code);
        }
      }),
      { numRuns: 3_000 },
    );
    for (const kind of kinds) {
      const own = rules.filter(({ means }) => means?.includes(kind)).flatMap(({ codes }) => codes);
      expect([kind, [...(met.get(kind) ?? [])].sort()]).toEqual([kind, own.sort()]);
    }
  });

  it('tell a button of no code, and a code of no pass', () => {
    const ofCodes = /^(code_|pass_|scanned_|other_partner)/;
    expect(refusalsBy('button').filter((code) => ofCodes.test(code))).toEqual([]);
    expect(refusalsBy('printed_code').filter((code) => ofCodes.test(code))).toEqual(['code_withdrawn']);
    expect(refusalsBy('button')).toEqual(expect.arrayContaining(['sold_out', 'balance_too_large']));
  });

  it('keep nobody from fetching a pass who only waits or lacks points', () => {
    expect(passRefusals).toEqual(expect.arrayContaining(['not_a_follower', 'coupon_wrong_type', 'sold_out']));
    for (const code of ['cooling_down', 'points_short', 'code_replayed', 'balance_too_large'] as const)
      expect(passRefusals).not.toContain(code);
  });
});
