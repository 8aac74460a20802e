import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type CommandRequest, Metrics, Shutdown } from '#platform';
import { Combiner } from '../combiner/combiner.js';
import { InFlight } from '../combiner/in-flight.js';
import { RedemptionConfig } from '../config.js';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import { refusal } from '../domain/refusal.js';
import { requestFingerprint, reservationId } from './request-identity.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { DecideBatch, type ScreenedBatch } from './decide-batch.js';

/** Coupons looked up at the same time at most; one that is asked for by many counts once. */
const MAX_LOADS = 64;

/** One user redeems one coupon: the way in to the protocol (README.md beside `src` has the picture). */
@Injectable()
export class RedeemCoupon {
  private readonly inFlight = new InFlight<RedeemAnswer>();
  private readonly combiner: Combiner<RedeemEntry, RedeemAnswer, ScreenedBatch>;
  private readonly answers;

  constructor(
    private readonly memory: CouponMemory,
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
  async run(command: CommandRequest, couponId: string): Promise<RedeemAnswer> {
    const { tenantId, subject: userId } = command.principal;
    const { route, idempotencyKey, bodyHash, correlationId } = command;
    const reservation = reservationId({ tenantId, principal: userId, route, idempotencyKey });
    const fingerprint = requestFingerprint(couponId, bodyHash);
    const joined = this.inFlight.join(reservation, fingerprint, () =>
      this.decide({
        tenantId,
        couponId,
        userId,
        reservationId: reservation,
        fingerprint,
        redemptionId: uuidv7(),
        eventId: uuidv7(),
        correlationId,
      }),
    );
    const answer: RedeemAnswer =
      joined.kind === 'other_request' ? { kind: 'key_reused' } : await joined.answer;
    this.answers.inc({ code: codeOf(answer) });
    return answer.kind === 'accepted' && joined.kind === 'copy' ? { ...answer, isReplay: true } : answer;
  }

  private async decide(entry: RedeemEntry): Promise<RedeemAnswer> {
    const { tenantId, couponId } = entry;
    if (this.memory.get(tenantId, couponId) === undefined) {
      // Ids may be made up by the thousand: they shall not crowd the batches out of the connection pool.
      if (this.memory.loads >= MAX_LOADS) return { kind: 'busy', reason: 'full' };
      const coupon = await this.memory.load(tenantId, couponId);
      if (coupon === undefined) return { kind: 'refused', refusal: refusal('coupon_not_found') };
    }
    const submission = this.combiner.submit(entry);
    if (!submission.taken) return { kind: 'busy', reason: submission.reason };
    return submission.answer;
  }
}

function codeOf(answer: RedeemAnswer): string {
  return answer.kind === 'refused' ? answer.refusal.code : answer.kind;
}
