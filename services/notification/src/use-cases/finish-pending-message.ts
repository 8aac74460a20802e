import { Injectable } from '@nestjs/common';
import { Log, Metrics, runInContext, TenantDatabase } from '#platform';
import type { EntityManager } from 'typeorm';
import { NotificationConfig } from '../config.js';
import { composeRedeemedMessage } from '../domain/compose-message.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { ATTEMPT_CAP } from '../domain/look-again.js';
import { type ClaimedMessage, PendingMessageStore } from '../store/pending-message.store.js';
import { WriteMessage } from './write-message.js';

/** Looks again whether a kept redemption's message can be written; if not, it goes on waiting. */
@Injectable()
export class FinishPendingMessage {
  constructor(
    private readonly database: TenantDatabase,
    private readonly texts: KnownTextStore,
    private readonly pending: PendingMessageStore,
    private readonly writeMessage: WriteMessage,
    private readonly config: NotificationConfig,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async run(claimed: ClaimedMessage): Promise<void> {
    const { tenantId, correlationId, causationId } = claimed;
    // As in the consumer: what is written now belongs to the request that led to the redemption.
    await runInContext({ correlationId, causationId, tenantId }, () =>
      this.database.transaction(tenantId, (tx) => this.#finish(tx, claimed)),
    );
  }

  async #finish(tx: EntityManager, claimed: ClaimedMessage): Promise<void> {
    const known = await this.texts.find(tx, claimed.tenantId, claimed);
    const composition = composeRedeemedMessage(claimed.couponVersion, known, claimed.waitedMs, {
      nameWaitMs: this.config.NAME_WAIT_MS,
    });
    if (composition.ready) {
      // Gone: the redemption was taken back while this was looked at.
      if (!(await this.pending.remove(tx, claimed))) return;
      const causeId = claimed.redemptionId;
      return this.writeMessage.run(tx, {
        ...claimed,
        causeId,
        kind: 'coupon_redeemed',
        text: composition.text,
      });
    }
    const late = claimed.waitedMs >= this.config.MESSAGE_LATE_AFTER_MS;
    if (late && !claimed.lateReported) this.#reportLate(claimed);
    // A name is waited for by the clock, the coupon's text by the number of looks.
    const counted = composition.waitingFor === 'coupon';
    const parked = counted && claimed.attempts >= ATTEMPT_CAP;
    if (parked)
      this.log.error({ ...claimed }, "a message has waited in vain for its coupon's text and is parked");
    await this.pending.postpone(tx, claimed, {
      lookAgainInMs: parked ? null : composition.lookAgainInMs,
      counted,
      lateReported: late,
    });
  }

  #reportLate({ redemptionId, couponId, couponVersion, waitedMs }: ClaimedMessage): void {
    this.metrics
      .counter('notification_messages_late_total', "Redemptions that waited too long for their coupon's text")
      .inc();
    this.log.warn(
      { redemptionId, couponId, couponVersion, waitedMs: Math.round(waitedMs) },
      "a message still waits for its coupon's text: is catalog.coupon.v1 consumed, and are there dead letters?",
    );
  }
}
