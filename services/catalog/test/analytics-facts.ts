import fc from 'fast-check';
import type { AnalyticsFact } from '../src/analytics/domain/fact.js';
import { newId } from '#testkit';

const few = (count: number): string[] => Array.from({ length: count }, () => newId());
const [couponIds, userIds, storeIds, pointNameIds] = [few(2), few(4), few(2), few(2)];

const at = fc
  .integer({ min: Date.parse('2026-10-24T20:00:00Z'), max: Date.parse('2026-10-25T04:00:00Z') })
  .map((ms) => new Date(ms).toISOString());
const points = fc.option(
  fc.record({
    pointNameId: fc.constantFrom(...pointNameIds),
    amount: fc.bigInt({ min: 1n, max: 2n ** 60n }).map(String),
  }),
);
const couponId = fc.constantFrom(...couponIds);
const userId = fc.constantFrom(...userIds);

/** A few coupons and users, so that facts meet; voids also of redemptions that are not among them. */
export const someFacts: fc.Arbitrary<AnalyticsFact[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('redeemed' as const, 'voided' as const),
      couponId,
      userId,
      at,
      storeId: fc.option(fc.constantFrom(...storeIds)),
      cashierId: fc.constant(null),
      price: points,
      bonus: points,
    }),
    fc.record({ kind: fc.constant('granted' as const), couponId, userId, at, revived: fc.boolean() }),
    fc.record({
      kind: fc.constant('seen' as const),
      couponId,
      userId,
      at,
      place: fc.constantFrom('list' as const, 'detail' as const, 'share' as const),
    }),
    fc.record({
      kind: fc.constant('refused' as const),
      couponId,
      at,
      code: fc.constantFrom('sold_out', 'cooling_down'),
      count: fc.integer({ min: 1, max: 1_000 }),
    }),
    fc.record({
      kind: fc.constant('fulfilment' as const),
      couponId,
      outcome: fc.constantFrom('owed' as const, 'retried' as const, 'succeeded' as const, 'failed' as const),
      reason: fc.constantFrom(null, 'refused', 'timed_out'),
    }),
  ),
  { maxLength: 60 },
);
