import { Injectable } from '@nestjs/common';
import type { Envelope, Redeemed } from '#contracts';
import type { EventContext } from '#platform';
import { NotificationConfig } from '../config.js';
import { composeRedeemedMessage } from '../domain/compose-message.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { MessageStore } from '../store/message.store.js';
import { type PendingMessage, PendingMessageStore } from '../store/pending-message.store.js';
import { WriteMessage } from './write-message.js';

/**
 * A redemption's message is written at once if all its words are there; else it is kept until they are. None is written
 * once the user was told that the redemption was taken back.
 */
@Injectable()
export class AnnounceRedemption {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly messages: MessageStore,
    private readonly pending: PendingMessageStore,
    private readonly writeMessage: WriteMessage,
    private readonly config: NotificationConfig,
  ) {}

  async run({ tx, tenantId }: EventContext, envelope: Envelope, fact: Redeemed): Promise<void> {
    // Replayed or overtaken: it would wish them joy of what they have not got any more.
    const voided = { causeId: fact.redemptionId, kind: 'coupon_voided' } as const;
    if (await this.messages.has(tx, tenantId, voided)) return;
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
    const { text } = composition;
    await this.writeMessage.run(tx, {
      ...redemption,
      causeId: fact.redemptionId,
      kind: 'coupon_redeemed',
      text,
    });
  }
}
