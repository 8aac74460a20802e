import { Injectable } from '@nestjs/common';
import type { Channel } from '#contracts';
import type { EventContext } from '#platform';
import { KnownTextStore } from '../store/known-text.store.js';

/** Keeps the channel's newest name. */
@Injectable()
export class LearnChannelName {
  constructor(private readonly texts: KnownTextStore) {}

  async run({ tx, tenantId }: EventContext, { channelId, name }: Channel, revision: number): Promise<void> {
    await this.texts.putChannelName(tx, tenantId, channelId, { name, revision });
  }
}
