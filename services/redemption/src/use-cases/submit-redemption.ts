import { Injectable } from '@nestjs/common';
import type { RedemptionView } from '#contracts';
import { currentContext, Metrics, newUuid, Shutdown } from '#platform';
import { EvidenceTokens } from '../codes/evidence-token.js';
import { Combiner } from '../combiner/combiner.js';
import { InFlight } from '../combiner/in-flight.js';
import { RedemptionConfig } from '../config.js';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Means } from '../domain/means.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never } from '../domain/rules/rule.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RefusalCounts } from '../refusals/refusal-counts.js';
import { DecideBatch, type ScreenedBatch } from './decide-batch.js';

/** Coupons looked up at the same time at most; one that is asked for by many counts once. */
const MAX_LOADS = 64;

/** One intended redemption, by whatever means. */
export interface RedemptionRequest {
  readonly tenantId: string;
  readonly couponId: string;
  readonly userId: string;
  readonly means: Means;
  /** See request-identity.ts: the same for every copy of the request. */
  readonly reservationId: string;
  /** What was asked for under that id; another one under the same id is another request with a stolen key. */
  readonly fingerprint: string;
  readonly correlationId: string;
}

/** The one way in to the protocol (README.md beside `src` has the picture). */
@Injectable()
export class SubmitRedemption {
  private readonly inFlight = new InFlight<RedeemAnswer>();
  private readonly combiner: Combiner<RedeemEntry, RedeemAnswer, ScreenedBatch>;
  private readonly answers;

  constructor(
    private readonly memory: CouponMemory,
    private readonly refusals: RefusalCounts,
    private readonly evidence: EvidenceTokens,
    decideBatch: DecideBatch,
    config: RedemptionConfig,
    metrics: Metrics,
    shutdown: Shutdown,
  ) {
    this.combiner = new Combiner(decideBatch, {
      lanes: config.REDEMPTION_LANES,
      maxBatch: config.REDEMPTION_MAX_BATCH,
      maxWaiting: config.REDEMPTION_MAX_WAITING,
      maxPerUser: config.REDEMPTION_MAX_PER_USER,
    });
    this.answers = metrics.counter('redemption_answers_total', 'Answers to redemptions, by what was said', [
      'code',
    ]);
    metrics.gauge('redemption_waiting', 'Redemptions waiting for a batch', [], (gauge) =>
      gauge.set(this.combiner.waiting),
    );
    shutdown.register('jobs', 'redemptions', async () => {
      await this.combiner.idle();
      await decideBatch.settled();
    });
  }

  /** @throws what PostgreSQL throws when it is away; the same request may then be sent again */
  async run(request: RedemptionRequest): Promise<RedeemAnswer> {
    const joined = this.inFlight.join(request.reservationId, request.fingerprint, () => this.decide(request));
    const answer: RedeemAnswer =
      joined.kind === 'other_request' ? { kind: 'key_reused' } : await joined.answer;
    this.answers.inc({ code: codeOf(answer) });
    if (answer.kind === 'refused')
      this.refusals.count(request.tenantId, request.couponId, answer.refusal.code);
    if (answer.kind !== 'accepted') return answer;
    return {
      ...answer,
      view: this.withToken(answer.view),
      isReplay: answer.isReplay || joined.kind === 'copy',
    };
  }

  private withToken(view: RedemptionView): RedemptionView {
    if (view.evidence === null) return view;
    const token = this.evidence.tokenFor(view.redemptionId, view.redeemedAt);
    return { ...view, evidence: { ...view.evidence, token } };
  }

  private async decide(request: RedemptionRequest): Promise<RedeemAnswer> {
    const { tenantId, couponId } = request;
    if (this.memory.get(tenantId, couponId) === undefined) {
      // Ids may be made up by the thousand: they shall not crowd the batches out of the connection pool.
      if (this.memory.loads >= MAX_LOADS) return { kind: 'busy', reason: 'full' };
      const coupon = await this.memory.load(tenantId, couponId);
      if (coupon === undefined) return { kind: 'refused', refusal: refusalOf(never('coupon_not_found')) };
    }
    const traceparent = currentContext()?.traceparent;
    const submission = this.combiner.submit({
      ...request,
      redemptionId: newUuid(),
      eventId: newUuid(),
      ...(traceparent !== undefined && { traceparent }),
    });
    if (!submission.taken) return { kind: 'busy', reason: submission.reason };
    return submission.answer;
  }
}

function codeOf(answer: RedeemAnswer): string {
  return answer.kind === 'refused' ? answer.refusal.code : answer.kind;
}
