import { Injectable } from '@nestjs/common';
import type { Envelope, Redeemed } from '#contracts';
import type { EventContext } from '#platform';
import { NotificationConfig } from '../config.js';
import { composeRedeemedMessage } from '../domain/compose-message.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { type PendingMessage, PendingMessageStore } from '../store/pending-message.store.js';
import { WriteMessage } from './write-message.js';

/** A redemption's message is written at once if all its words are there; else it is kept until they are. */
@Injectable()
export class AnnounceRedemption {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly pending: PendingMessageStore,
    private readonly writeMessage: WriteMessage,
    private readonly config: NotificationConfig,
  ) {}

  async run({ tx, tenantId }: EventContext, envelope: Envelope, fact: Redeemed): Promise<void> {
    const redemption: PendingMessage = {
      tenantId,
      redemptionId: fact.redemptionId,
      userId: fact.userId,
      channelId: fact.channelId,
      couponId: fact.couponId,
      couponVersion: fact.couponVersion,
      correlationId: envelope.correlationId,
      causationId: envelope.id,
    };
    const known = await this.texts.find(tx, tenantId, redemption);
    const composition = composeRedeemedMessage(fact.couponVersion, known, 0, {
      nameWaitMs: this.config.NAME_WAIT_MS,
    });
    if (!composition.ready) return this.pending.add(tx, redemption, composition.lookAgainInMs);
    await this.writeMessage.run(tx, redemption, composition.text);
  }
}
