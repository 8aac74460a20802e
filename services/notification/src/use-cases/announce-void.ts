import { Injectable } from '@nestjs/common';
import type { Voided } from '#contracts';
import type { EventContext } from '#platform';
import { composeVoidMessage } from '../domain/compose-void-message.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { PendingMessageStore } from '../store/pending-message.store.js';
import { WriteMessage } from './write-message.js';

/** A redemption was taken back: its user is told, and a message of it that still waits for its words is dropped. */
@Injectable()
export class AnnounceVoid {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly pending: PendingMessageStore,
    private readonly writeMessage: WriteMessage,
  ) {}

  async run({ tx, tenantId }: EventContext, fact: Voided): Promise<void> {
    const { redemptionId, userId, channelId, couponId, returned } = fact;
    // Written later, it would wish them joy of what they have not got.
    await this.pending.remove(tx, { tenantId, redemptionId });
    const { coupon } = await this.texts.find(tx, tenantId, { couponId, userId, channelId });
    const text = composeVoidMessage(coupon?.name, {
      price: returned.price !== null,
      bonus: returned.bonus !== null,
    });
    const about = { tenantId, causeId: redemptionId, redemptionId, userId, channelId, couponId };
    await this.writeMessage.run(tx, { ...about, kind: 'coupon_voided', text });
  }
}
