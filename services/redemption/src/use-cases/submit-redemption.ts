import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
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
/** A batch that takes longer than this (and four times as long as usual) waits for somebody; others then go on without it. */
const PATIENCE_MS = 100;
/** What a batch waits at most for callers of the last one who ask again at once, where they do. */
const RETURN_MS = 5;

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
  private readonly answers: AnswerCounter;

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
      patienceMs: PATIENCE_MS,
      returnMs: RETURN_MS,
    });
    this.answers = new AnswerCounter(metrics);
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
    this.answers.count(codeOf(answer));
    if (answer.kind === 'refused')
      this.refusals.count(request.tenantId, request.couponId, answer.refusal.code);
    if (answer.kind !== 'accepted') return answer;
    const isReplay = answer.isReplay || joined.kind === 'copy';
    return { kind: 'accepted', view: this.withToken(answer.view), isReplay };
  }

  private withToken(view: RedemptionView): RedemptionView {
    if (view.evidence === null) return view;
    const token = this.evidence.tokenFor(view.redemptionId, view.redeemedAt);
    return { ...view, evidence: { ...view.evidence, token } };
  }

  private decide(request: RedemptionRequest): Promise<RedeemAnswer> {
    const isKnown = this.memory.get(request.tenantId, request.couponId) !== undefined;
    return isKnown ? this.submit(request) : this.lookUp(request);
  }

  private async lookUp(request: RedemptionRequest): Promise<RedeemAnswer> {
    // Ids may be made up by the thousand: they shall not crowd the batches out of the connection pool.
    if (this.memory.loads >= MAX_LOADS) return { kind: 'busy', reason: 'full' };
    const coupon = await this.memory.load(request.tenantId, request.couponId);
    if (coupon === undefined) return { kind: 'refused', refusal: refusalOf(never('coupon_not_found')) };
    return this.submit(request);
  }

  private submit(request: RedemptionRequest): Promise<RedeemAnswer> {
    const { tenantId, couponId, userId, means, reservationId, fingerprint, correlationId } = request;
    const submission = this.combiner.submit({
      tenantId,
      couponId,
      userId,
      means,
      reservationId,
      fingerprint,
      redemptionId: newUuid(),
      eventId: newUuid(),
      correlationId,
      traceparent: currentContext()?.traceparent,
    });
    if (submission.taken) return submission.answer;
    return Promise.resolve({ kind: 'busy', reason: submission.reason });
  }
}

/** prom-client sorts and joins the labels at each look-up; a redemption should not pay for that. */
class AnswerCounter {
  private readonly counter;
  private readonly children = new Map<string, Counter.Internal>();

  constructor(metrics: Metrics) {
    this.counter = metrics.counter('redemption_answers_total', 'Answers to redemptions, by what was said', [
      'code',
    ]);
  }

  count(code: string): void {
    let child = this.children.get(code);
    if (child === undefined) this.children.set(code, (child = this.counter.labels(code)));
    child.inc();
  }
}

function codeOf(answer: RedeemAnswer): string {
  return answer.kind === 'refused' ? answer.refusal.code : answer.kind;
}
