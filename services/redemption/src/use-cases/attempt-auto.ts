import { Injectable } from '@nestjs/common';
import { classifyError, failpoint, Log, Metrics, TenantDatabase } from '#platform';
import type { RedeemAnswer } from '../domain/answer.js';
import {
  afterBusy,
  afterError,
  afterRedemption,
  afterRefusal,
  type AutoAttempt,
  type AutoVerdict,
  type Chance,
  hopsOf,
  MOST_HOPS,
} from '../domain/auto-attempt.js';
import { type AutoCause, causeOf, couponCause, kindOf } from '../domain/auto-cause.js';
import type { Coupon } from '../domain/coupon.js';
import { firstFailure } from '../domain/evaluate.js';
import { type Person, stranger } from '../domain/person.js';
import type { Refusal } from '../domain/refusal.js';
import { refusalOf } from '../domain/refusal-words.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { AutoAttemptStore, type Settled } from '../store/auto-attempt.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { internalReservationId, requestFingerprint } from './request-identity.js';
import { SubmitRedemption } from './submit-redemption.js';

/** What was known of an attempt when it began. */
interface Begun {
  readonly attempt: AutoAttempt;
  readonly reservationId: string;
  /** Accepted before: the worker that asked did not come to say so. */
  readonly stored: RedeemAnswer | undefined;
  readonly person: Person;
  /** The rule that speaks against it. */
  readonly refusal: Refusal | undefined;
}

/** Or it was not even asked for: no such coupon yet, or the end of a chain. */
type AutoAnswer = RedeemAnswer | { readonly kind: 'unknown' } | { readonly kind: 'too_deep' };

/**
 * Attempts of one coupon, begun together: through the same door as everybody's redemptions, under keys of their own. What
 * a fact or time can clear is not even asked for: it is no refusal that an owner should count. Beside the lanes they use
 * the connections of lists only, so that attempts of however many coupons leave redemptions and the relay theirs.
 */
@Injectable()
export class AttemptAuto {
  private readonly attempts;
  private readonly tooDeep;

  constructor(
    private readonly database: TenantDatabase,
    private readonly facts: CouponFactsStore,
    private readonly memory: CouponMemory,
    private readonly store: AutoAttemptStore,
    private readonly slots: ReadSlots,
    private readonly submitRedemption: SubmitRedemption,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.attempts = metrics.counter(
      'redemption_auto_attempts_total',
      'Automatic attempts, by what became of them',
      ['outcome', 'reason'],
    );
    this.tooDeep = metrics.counter(
      'redemption_auto_too_deep_total',
      'Automatic attempts that ended a chain of too many automatic steps',
    );
  }

  /**
   * @param attempts of one coupon, held under `lease`
   * @returns whether there was too much to do: better come again later
   * @throws what PostgreSQL throws when it is away; the lease ends by itself then
   */
  async run(lease: string, attempts: readonly AutoAttempt[]): Promise<{ isBusy: boolean }> {
    const { coupon, now, begun } = await this.begin(attempts);
    const depths = await this.depths(coupon, begun);
    let isBusy = false;
    const settled = await Promise.all(
      begun.map(async (one): Promise<Settled> => {
        const { attempt } = one;
        const chance = { now, random: Math.random() };
        const hops = hopsOf(attempt, depths.get(attempt.userId));
        try {
          const answer = one.stored ?? (await this.ask(one, coupon, hops));
          isBusy ||= answer.kind === 'busy' && answer.reason === 'full';
          return { attempt, verdict: this.verdict(answer, one, coupon, chance) };
        } catch (error) {
          return { attempt, verdict: this.afterFailure(error, attempt, chance) };
        }
      }),
    );
    await failpoint('redemption.before-auto-settle');
    await this.slots.run(() => this.database.acrossTenants((tx) => this.store.settle(tx, lease, settled)));
    for (const { verdict } of settled) this.count(verdict);
    await this.lookAgain(settled, coupon);
    return { isBusy };
  }

  private async begin(
    attempts: readonly AutoAttempt[],
  ): Promise<{ coupon: Coupon | undefined; now: number; begun: Begun[] }> {
    const { tenantId = '', couponId = '' } = attempts[0] ?? {};
    const keyed = attempts.map((attempt) => ({ ...attempt, reservationId: keyOf(attempt) }));
    const { now, coupons, entries } = await this.slots.run(() =>
      this.facts.read(tenantId, [couponId], keyed),
    );
    const found = coupons.get(couponId);
    // Memory keeps what was reckoned for the windows; how active channel and account are is as it was just read.
    const coupon = found && { ...found, timeframe: this.memory.learn(found).timeframe };
    const begun = attempts.map((attempt, place): Begun => {
      const { stored, person = stranger } = entries[place] ?? {};
      return {
        attempt,
        reservationId: keyOf(attempt),
        stored: stored && { kind: 'accepted', view: stored.answer, isReplay: true },
        person,
        refusal: coupon && refusalNow(coupon, person, attempt, now),
      };
    });
    return { coupon, now, begun };
  }

  /** Of a priced coupon: how deep in a chain of automatic steps the points came that would pay for it. */
  private async depths(coupon: Coupon | undefined, begun: readonly Begun[]): Promise<Map<string, number>> {
    const userIds = begun.filter(({ stored }) => stored === undefined).map(({ attempt }) => attempt.userId);
    if (!coupon?.price || userIds.length === 0) return new Map();
    const { tenantId, price } = coupon;
    return this.slots.run(() =>
      this.database.read(tenantId, (tx) => this.store.hopsOfPoints(tx, tenantId, price.pointNameId, userIds)),
    );
  }

  private async ask(
    { attempt, reservationId, refusal }: Begun,
    coupon: Coupon | undefined,
    hops: number,
  ): Promise<AutoAnswer> {
    if (coupon === undefined) return { kind: 'unknown' };
    if (refusal !== undefined && isPassing(refusal, attempt, coupon)) return { kind: 'refused', refusal };
    if (hops > MOST_HOPS) return { kind: 'too_deep' };
    const { tenantId, couponId, userId, attemptId } = attempt;
    return this.submitRedemption.run({
      tenantId,
      couponId,
      userId,
      means: meansOf(attempt, hops),
      reservationId,
      fingerprint: requestFingerprint(couponId, 'auto'),
      correlationId: attemptId,
    });
  }

  private verdict(
    answer: AutoAnswer,
    { attempt, person }: Begun,
    coupon: Coupon | undefined,
    chance: Chance,
  ): AutoVerdict {
    switch (answer.kind) {
      case 'accepted': {
        const used = {
          uses: answer.view.userRedemptions,
          lastAt: Date.parse(answer.view.redeemedAt),
          availableAt: person.grant?.availableAt ?? null,
        };
        return afterRedemption(attempt, coupon, used);
      }
      case 'refused':
        return afterRefusal(attempt, answer.refusal, coupon, chance);
      case 'unknown':
        return afterRefusal(attempt, { code: 'coupon_not_found' }, coupon, chance);
      case 'busy':
        return afterBusy(attempt, chance);
      case 'key_reused':
        return { kind: 'closed', reason: 'key_reused' };
      case 'too_deep':
        this.tooDeep.inc();
        this.log.warn({ attempt }, 'a chain of automatic coupons went in a circle; it ends here');
        return { kind: 'closed', reason: 'too_deep' };
    }
  }

  private afterFailure(error: unknown, attempt: AutoAttempt, chance: Chance): AutoVerdict {
    if (classifyError(error) === 'infrastructure') return afterBusy(attempt, chance);
    this.log.error({ err: error, attempt }, 'an automatic attempt failed');
    return afterError(attempt, chance);
  }

  /**
   * Between the decision and its being written the cause may have cleared, and its note may have been read too early to
   * find the attempt. So those that wait for a fact now are looked at once more, after the commit.
   */
  private async lookAgain(settled: readonly Settled[], before: Coupon | undefined): Promise<void> {
    const asleep = settled.filter(({ verdict }) => waitsFor(verdict) !== null);
    if (asleep.length === 0) return;
    const { coupon, begun } = await this.begin(asleep.map(({ attempt }) => attempt));
    const isSameLimit = coupon?.timeLimitMs === before?.timeLimitMs;
    const cleared = asleep.flatMap(({ attempt, verdict }, place) => {
      if (verdict.kind === 'done') return isSameLimit ? [] : [{ ...attempt, nth: attempt.nth + 1 }];
      const refusal = begun[place]?.refusal;
      const cause =
        coupon === undefined ? couponCause(attempt) : refusal && causeOf(refusal.code, attempt, coupon);
      return cause === waitsFor(verdict) && isSameLimit ? [] : [attempt];
    });
    if (cleared.length > 0)
      await this.slots.run(() => this.database.acrossTenants((tx) => this.store.wake(tx, cleared)));
  }

  private count(verdict: AutoVerdict): void {
    switch (verdict.kind) {
      case 'done':
        return this.attempts.inc({ outcome: 'redeemed', reason: '' });
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

function refusalNow(coupon: Coupon, person: Person, attempt: AutoAttempt, now: number): Refusal | undefined {
  const first = firstFailure({ coupon, person, means: meansOf(attempt, 0) }, now);
  return first && refusalOf(first.failure, coupon);
}

/** The fact that this attempt, or the one planned after it, is to be woken by; null = none. */
function waitsFor(verdict: AutoVerdict): AutoCause | null {
  const cause =
    verdict.kind === 'done' ? verdict.next?.cause : verdict.kind === 'open' ? verdict.cause : null;
  return cause === undefined || cause === 'error' ? null : cause;
}

/**
 * Not final: asked for again later, and nobody needs to decide it now. But that units are used up is to be decided, as
 * the account's owner is told of it then.
 */
function isPassing(refusal: Refusal, attempt: AutoAttempt, coupon: Coupon): boolean {
  if (refusal.code === 'partner_balance_exhausted') return false;
  return refusal.retryAt !== undefined || causeOf(refusal.code, attempt, coupon) !== null;
}

function keyOf({ tenantId, couponId, userId, nth }: AutoAttempt): string {
  return internalReservationId({ tenantId, purpose: 'auto', parts: [couponId, userId, String(nth)] });
}

function meansOf({ grantId }: AutoAttempt, hops: number) {
  return { kind: 'auto', grantId, hops } as const;
}
