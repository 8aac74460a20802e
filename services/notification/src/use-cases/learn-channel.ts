import { Injectable } from '@nestjs/common';
import type { Channel } from '#contracts';
import type { EventContext } from '#platform';
import { KnownTextStore } from '../store/known-text.store.js';

/** Keeps the channel's newest name, and who its owners are. */
@Injectable()
export class LearnChannel {
  constructor(private readonly texts: KnownTextStore) {}

  async run({ tx, tenantId }: EventContext, channel: Channel, revision: number): Promise<void> {
    const { channelId, name, ownerIds } = channel;
    await this.texts.putChannel(tx, tenantId, channelId, { name, ownerIds, revision });
  }
}
