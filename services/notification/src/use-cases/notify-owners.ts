import { Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import type { AddonUsedUp } from '#contracts';
import { Clock, type EventContext, Log, NotYetError } from '#platform';
import { NotificationConfig } from '../config.js';
import { composeOwnerNotice } from '../domain/compose-owner-notice.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { WriteMessage } from './write-message.js';

/** An account no longer covers a coupon: each owner of the coupon's channel is told, once. */
@Injectable()
export class NotifyOwners {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly writeMessage: WriteMessage,
    private readonly config: NotificationConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @throws NotYetError, later Error (dead letter): the channel's owners were not heard of, they come by another topic */
  async run({ tx, tenantId }: EventContext, fact: AddonUsedUp): Promise<void> {
    const { channelId, couponId } = fact;
    const ownerIds = await this.texts.ownersOf(tx, tenantId, channelId);
    if (ownerIds === null) return this.#refuseUnknown(fact);
    if (ownerIds.length === 0)
      this.log.warn(
        { channelId, couponId },
        'add-on units are used up, and the channel has no owner to tell',
      );
    const text = composeOwnerNotice(await this.texts.couponName(tx, tenantId, couponId), fact);
    // In one order, since inboxes are locked one by one.
    for (const userId of [...new Set(ownerIds)].sort()) {
      const about = {
        tenantId,
        causeId: causeFor(userId, fact),
        userId,
        channelId,
        couponId,
        redemptionId: null,
      };
      await this.writeMessage.run(tx, { ...about, kind: 'owner_notice', text });
    }
  }

  #refuseUnknown({ channelId, usedUpAt }: AddonUsedUp): never {
    const says = `the owners of channel ${channelId} are not known`;
    const ageMs = this.clock.now().getTime() - Date.parse(usedUpAt);
    if (ageMs < this.config.MESSAGE_LATE_AFTER_MS) throw new NotYetError(`${says} yet`);
    throw new Error(`${says}: replay this once platform.channel.v1 tells of it`);
  }
}

/** By what the fact says, not by its event id: told again under another one, it is still the same. */
function causeFor(ownerId: string, { partnerId, wanted, usedUpAt }: AddonUsedUp): string {
  return uuidv5(`addon-used-up/${partnerId}/${wanted.resource}/${usedUpAt}`, ownerId);
}
