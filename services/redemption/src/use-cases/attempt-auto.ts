import { Injectable } from '@nestjs/common';
import { classifyError, Log, Metrics } from '#platform';
import type { RedeemAnswer } from '../domain/answer.js';
import {
  afterBusy,
  afterCapRaised,
  afterError,
  afterRedemption,
  afterRefusal,
  type AutoAttempt,
  type AutoVerdict,
  type Chance,
  hopsOf,
  MOST_HOPS,
} from '../domain/auto-attempt.js';
import { causeOf } from '../domain/auto-cause.js';
import type { Coupon } from '../domain/coupon.js';
import type { Refusal } from '../domain/refusal.js';
import type { Settled } from '../store/auto-attempt.store.js';
import { AutoFacts, autoMeans, type Begun } from './auto-facts.js';
import { requestFingerprint } from './request-identity.js';
import { SettleAuto } from './settle-auto.js';
import { SubmitRedemption } from './submit-redemption.js';

/** Or it was not even asked for: no such coupon yet, or the end of a chain. */
type AutoAnswer = RedeemAnswer | { readonly kind: 'unknown' } | { readonly kind: 'too_deep' };

/**
 * Attempts of one coupon, begun together: through the same door as everybody's redemptions, under keys of their own. What
 * a fact or time can clear is not even asked for: it is no refusal that an owner should count. Beside the lanes they use
 * the connections of lists only, so that attempts of however many coupons leave redemptions and the relay theirs.
 */
@Injectable()
export class AttemptAuto {
  private readonly tooDeep;

  constructor(
    private readonly facts: AutoFacts,
    private readonly settleAuto: SettleAuto,
    private readonly submitRedemption: SubmitRedemption,
    private readonly log: Log,
    metrics: Metrics,
  ) {
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
    const [first] = attempts;
    if (first === undefined) return { isBusy: false };
    const { coupon, now, begun } = await this.facts.read(first, attempts);
    const depths = await this.facts.depths(coupon, begun);
    let isBusy = false;
    const settled = await Promise.all(
      begun.map(async (one): Promise<Settled> => {
        const { attempt, person } = one;
        if (attempt.atCap !== null) return { attempt, verdict: afterCapRaised(attempt, coupon, person) };
        const chance = { now, random: Math.random() };
        try {
          const answer =
            one.stored ?? (await this.ask(one, coupon, hopsOf(attempt, depths.get(attempt.userId))));
          isBusy ||= answer.kind === 'busy' && answer.reason === 'full';
          return { attempt, verdict: this.verdict(answer, one, coupon, chance) };
        } catch (error) {
          return { attempt, verdict: this.afterFailure(error, attempt, chance) };
        }
      }),
    );
    await this.settleAuto.run(lease, first, settled, coupon);
    return { isBusy };
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
      means: autoMeans(attempt, hops),
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
        return { kind: 'closed', reason: 'key_reused', atCap: null };
      case 'too_deep':
        this.tooDeep.inc();
        this.log.warn({ attempt }, 'a chain of automatic coupons went in a circle; it ends here');
        return { kind: 'closed', reason: 'too_deep', atCap: null };
    }
  }

  private afterFailure(error: unknown, attempt: AutoAttempt, chance: Chance): AutoVerdict {
    if (classifyError(error) === 'infrastructure') return afterBusy(attempt, chance);
    this.log.error({ err: error, attempt }, 'an automatic attempt failed');
    return afterError(attempt, chance);
  }
}

/**
 * Not final: asked for again later, and nobody needs to decide it now. But that units are used up is to be decided, as
 * the account's owner is told of it then.
 */
function isPassing(refusal: Refusal, attempt: AutoAttempt, coupon: Coupon): boolean {
  if (refusal.code === 'partner_balance_exhausted') return false;
  return refusal.retryAt !== undefined || causeOf(refusal.code, attempt, coupon) !== null;
}
