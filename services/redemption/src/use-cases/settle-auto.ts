import { Injectable } from '@nestjs/common';
import { failpoint, Metrics, TenantDatabase } from '#platform';
import { type AutoAttempt, endedAtCap, waitsFor } from '../domain/auto-attempt.js';
import { causeOfRefusal, couponCause, kindOf } from '../domain/auto-cause.js';
import type { Coupon } from '../domain/coupon.js';
import { AutoAttemptStore, type Settled } from '../store/auto-attempt.store.js';
import type { AutoLine } from '../store/auto-line.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { AutoFacts } from './auto-facts.js';

/** Writes what became of attempts, counts it, and sees to it that none sleeps through what would have woken it. */
@Injectable()
export class SettleAuto {
  private readonly attempts;

  constructor(
    private readonly database: TenantDatabase,
    private readonly facts: AutoFacts,
    private readonly store: AutoAttemptStore,
    private readonly slots: ReadSlots,
    metrics: Metrics,
  ) {
    this.attempts = metrics.counter(
      'redemption_auto_attempts_total',
      'Automatic attempts, by what became of them',
      ['outcome', 'reason'],
    );
  }

  /** @param before the coupon that the verdicts go by */
  async run(
    lease: string,
    line: AutoLine,
    settled: readonly Settled[],
    before: Coupon | undefined,
  ): Promise<void> {
    await failpoint('redemption.before-auto-settle');
    await this.slots.run(() => this.database.acrossTenants((tx) => this.store.settle(tx, lease, settled)));
    for (const one of settled) this.count(one);
    const cleared = await this.lookAgain(line, settled, before);
    if (cleared.length > 0)
      await this.slots.run(() => this.database.acrossTenants((tx) => this.store.wake(tx, cleared)));
  }

  /**
   * Between the decision and its being written the cause may have cleared, and its note may have been read too early to
   * find the attempt. So those that wait for a fact now are looked at once more, after the commit.
   */
  private async lookAgain(
    line: AutoLine,
    settled: readonly Settled[],
    before: Coupon | undefined,
  ): Promise<AutoAttempt[]> {
    const asleep = settled.filter(({ verdict }) => waitsFor(verdict) !== null);
    const ended = settled.filter(({ verdict }) => endedAtCap(verdict) !== null);
    if (asleep.length + ended.length === 0) return [];
    const { coupon, begun } = await this.facts.read(
      line,
      asleep.map(({ attempt }) => attempt),
    );
    const isSamePlan =
      coupon?.timeLimitMs === before?.timeLimitMs &&
      coupon?.timeframe?.timeZone === before?.timeframe?.timeZone;
    const cleared = asleep.flatMap(({ attempt, verdict }, place) => {
      if (verdict.kind === 'done') return isSamePlan ? [] : [{ ...attempt, nth: attempt.nth + 1 }];
      const refusal = begun[place]?.refusal;
      const cause =
        coupon === undefined ? couponCause(attempt) : refusal && causeOfRefusal(refusal, attempt, coupon);
      return cause === waitsFor(verdict) && isSamePlan ? [] : [attempt];
    });
    const cap = coupon?.perUserCap ?? Infinity;
    const raised = ended.filter(({ verdict }) => (endedAtCap(verdict) ?? Infinity) < cap);
    return [...cleared, ...raised.map(({ attempt }) => attempt)];
  }

  private count({ attempt, verdict }: Settled): void {
    switch (verdict.kind) {
      case 'done':
        return this.attempts.inc({ outcome: attempt.atCap === null ? 'redeemed' : 'resumed', reason: '' });
      case 'open': {
        const { cause } = verdict;
        const outcome = cause === null ? 'put_off' : 'blocked';
        return this.attempts.inc({ outcome, reason: cause === null ? '' : kindOf(cause) });
      }
      case 'closed':
        return this.attempts.inc({ outcome: 'closed', reason: verdict.reason });
      case 'forgotten':
        return this.attempts.inc({ outcome: 'forgotten', reason: '' });
    }
  }
}
