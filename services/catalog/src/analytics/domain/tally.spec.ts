import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AnalyticsFact } from './fact.js';
import { someFacts } from '../../../test/analytics-facts.js';
import { tally, type Tally } from './tally.js';

/** What two tallies add up to, however their rows lie. */
function sumOf(tallies: readonly Tally[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  const add = (key: string, amount: bigint | number): void => {
    const sum = (sums[key] ?? 0n) + BigInt(amount);
    if (sum === 0n) delete sums[key];
    else sums[key] = sum;
  };
  for (const { totals, quarters, reach } of tallies) {
    for (const { couponId, metric, dimension, amount } of totals)
      add(`${couponId} ${metric} ${dimension}`, amount);
    for (const { couponId, at, ...counts } of quarters)
      for (const [name, count] of Object.entries(counts)) add(`${couponId} ${at} ${name}`, count);
    for (const { couponId, userId, ...counts } of reach)
      for (const [name, count] of Object.entries(counts)) add(`${couponId} ${userId} ${name}`, count);
  }
  return sums;
}

describe('a tally', () => {
  it('is the same whatever the order of the facts and the batches they came in', () => {
    fc.assert(
      fc.property(someFacts.chain(shuffledWith), ([facts, shuffled, cut]) => {
        const parts = [shuffled.slice(0, cut), shuffled.slice(cut)];
        expect(sumOf(parts.map(tally))).toEqual(sumOf([tally(facts)]));
      }),
    );
  });

  it('lists each key once', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        const { reach, quarters, totals } = tally(facts);
        const keys = [
          reach.map(({ couponId, userId }) => `${couponId}${userId}`),
          quarters.map(({ couponId, at }) => `${couponId}${at}`),
          totals.map(({ couponId, metric, dimension }) => `${couponId}${metric}/${dimension}`),
        ];
        for (const list of keys) expect(list).toEqual([...new Set(list)]);
      }),
    );
  });

  it('takes a void from the quarter of its redemption and gives the points back', () => {
    const [couponId, userId, pointNameId] = ['c', 'u', 'p'];
    const redeemed: AnalyticsFact = {
      kind: 'redeemed',
      couponId,
      userId,
      at: '2026-11-22T10:29:59.999Z',
      storeId: 's',
      cashierId: null,
      price: { pointNameId, amount: '9223372036854775807' },
      bonus: null,
    };
    const { totals, quarters, reach } = tally([redeemed, redeemed, { ...redeemed, kind: 'voided' }]);
    expect(reach).toEqual([{ couponId, userId, granted: 0, seen: 0, redeemed: 1 }]);
    expect(quarters).toMatchObject([
      { at: Date.parse('2026-11-22T10:15:00Z'), redemptions: 2, voided: 1, impressions: 0 },
    ]);
    expect(totals.map(({ metric, dimension, amount }) => [metric, dimension, amount])).toEqual([
      ['redemptions', 's/', 2n],
      ['points_taken', 'p', 9223372036854775807n],
      ['voided', 's/', 1n],
    ]);
  });
});

function shuffledWith(facts: AnalyticsFact[]): fc.Arbitrary<[AnalyticsFact[], AnalyticsFact[], number]> {
  return fc.tuple(
    fc.constant(facts),
    fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
    fc.nat({ max: facts.length }),
  );
}
