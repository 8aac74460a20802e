import { describe, expect, it } from '@jest/globals';
import type { AnalyticsFact } from './fact.js';
import { failuresOf, fulfilmentOf, Totals } from './figures.js';
import { tally } from './tally.js';

type Outcome = Extract<AnalyticsFact, { kind: 'fulfilment' }>['outcome'];

/** What is counted of calls that ended so; a failure with its reason. */
function totalsOf(...calls: readonly (readonly [outcome: Outcome, reason?: string])[]): Totals {
  const facts = calls.map(([outcome, reason = null]): AnalyticsFact => ({
    kind: 'fulfilment',
    couponId: 'c',
    outcome,
    reason,
  }));
  return new Totals(tally(facts).totals.map((total) => ({ ...total, amount: String(total.amount) })));
}

describe('the calls of a coupon', () => {
  it('do not fail by a void, which ends what was owed', () => {
    const totals = totalsOf(['owed'], ['owed'], ['failed', 'voided'], ['owed'], ['failed', 'timed_out']);
    expect(fulfilmentOf(totals)).toEqual({ pending: 1, succeeded: 0, failed: 1, retried: 0, voided: 1 });
    expect(failuresOf(totals)).toEqual([{ reason: 'timed_out', count: 1 }]);
  });

  it('are as many as were owed, also when a failed one is tried again and then taken back', () => {
    const totals = totalsOf(['owed'], ['failed', 'refused'], ['retried'], ['failed', 'voided'], ['owed']);
    expect(fulfilmentOf(totals)).toEqual({ pending: 1, succeeded: 0, failed: 0, retried: 1, voided: 1 });
  });
});
