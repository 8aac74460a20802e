import type { EventOf } from '#contracts';
import { revisionOf } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChannelStore } from '../store/channel.store.js';

@Injectable()
export class KeepChannel {
  constructor(private readonly channels: ChannelStore) {}

  /** @throws Error on a fact without a revision: its place in the channel's history is unknown */
  async run(tx: EntityManager, { envelope, data }: EventOf<'platform.channel.v1'>): Promise<void> {
    await this.channels.keep(tx, envelope.tenantId, data, revisionOf(envelope));
  }
}
