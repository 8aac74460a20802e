import { Injectable } from '@nestjs/common';
import type { CapRequested } from '#contracts';
import { Clock, type EventContext, NotYetError, Outbox } from '#platform';
import { RedemptionConfig } from '../config.js';
import { type CapDecision, decideCap } from '../domain/cap-request.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { CouponCapStore } from '../store/coupon-cap.store.js';
import { LateNames } from './late-names.js';

/**
 * Catalog asks for another total cap; only here is known how much is left. Decided under the coupon's row lock, between
 * two batches of redemptions, and answered once per request, whatever is sent again.
 */
@Injectable()
export class AnswerCapRequest {
  private readonly lateCoupons;

  constructor(
    private readonly caps: CouponCapStore,
    private readonly outbox: Outbox,
    private readonly memory: CouponMemory,
    private readonly gate: RedemptionGate,
    private readonly clock: Clock,
    config: RedemptionConfig,
  ) {
    this.lateCoupons = new LateNames(config.REDEMPTION_NAME_WAIT_MS);
  }

  /**
   * @throws NotYetError, later Error (dead letter): the coupon was not heard of, snapshots come by another topic
   */
  async run(context: EventContext, request: CapRequested): Promise<void> {
    const { tx, tenantId } = context;
    const { couponId, requestId, requestedAt } = request;
    const state = await this.caps.lock(tx, tenantId, couponId);
    if (state === undefined) return this.refuseUnknown(tenantId, couponId);
    this.lateCoupons.heard(`${tenantId}/${couponId}`);
    const decidedAt = await this.caps.takeRequest(tx, tenantId, couponId, requestId);
    if (decidedAt === undefined) return;
    const decision = decideCap(state, request, decidedAt.getTime());
    if (decision.applied) await this.caps.put(tx, tenantId, couponId, { stock: decision.stock, requestedAt });
    await this.answer(context, request, decision, decidedAt.toISOString());
    if (decision.applied) context.afterCommit(() => this.spread(tenantId, couponId, decision));
  }

  private async answer(
    { tx, tenantId }: EventContext,
    { requestId, couponId, maxRedemptions }: CapRequested,
    decision: CapDecision,
    decidedAt: string,
  ): Promise<void> {
    const { stock } = decision;
    const answer = { requestId, couponId, maxRedemptions, decidedAt, stock };
    const fact = {
      topic: 'redemption.cap.v1' as const,
      tenantId,
      key: couponId,
      subject: `cap-request/${requestId}`,
      time: decidedAt,
    };
    if (!decision.applied) {
      const data = { ...answer, reason: decision.reason };
      await this.outbox.add(tx, { ...fact, name: 'cap-refused', data });
      return;
    }
    await this.outbox.add(tx, { ...fact, name: 'cap-applied', data: answer });
    if (!decision.exhausts) return;
    await this.outbox.add(tx, {
      topic: 'redemption.coupon-exhausted.v1',
      name: 'coupon-exhausted',
      tenantId,
      key: couponId,
      subject: `coupon/${couponId}`,
      time: decidedAt,
      data: { couponId, exhaustedAt: decidedAt, stock },
    });
  }

  /** Other processes' memories are put right by whatever they would refuse: it is confirmed first. */
  private async spread(tenantId: string, couponId: string, { stock }: CapDecision): Promise<void> {
    this.memory.learnStock(tenantId, couponId, stock);
    const coupon = this.memory.get(tenantId, couponId);
    if (coupon === undefined || !this.gate.engages(coupon)) return;
    const { perUserCap } = coupon;
    await this.gate.settle([{ tenantId, couponId, stock, perUserCap, users: [] }]);
  }

  private refuseUnknown(tenantId: string, couponId: string): never {
    const says = `the coupon ${couponId} is not known`;
    if (this.lateCoupons.isStillAwaited(`${tenantId}/${couponId}`, this.clock.now().getTime()))
      throw new NotYetError(`${says} yet`);
    throw new Error(`${says}: replay this once catalog.coupon.v1 tells of it`);
  }
}
