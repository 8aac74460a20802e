import type { EventOf } from '#contracts';
import { Outbox, revisionOf } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChannelStore } from '../store/channel.store.js';
import { ChannelZoneStore } from '../store/channel-zone.store.js';

@Injectable()
export class KeepChannel {
  constructor(
    private readonly channels: ChannelStore,
    private readonly zones: ChannelZoneStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Keeps the channel and tells what coupons are judged by. Its coupons follow it to another zone by and by.
   * @throws Error on a fact without a revision: its place in the channel's history is unknown
   */
  async run(tx: EntityManager, { envelope, data }: EventOf<'platform.channel.v1'>): Promise<void> {
    const { tenantId, time, id } = envelope;
    const fact = { revision: revisionOf(envelope), at: new Date(time) };
    await this.zones.note(tx, tenantId, data, id);
    const told = await this.channels.keep(tx, tenantId, data, fact);
    if (told === null) return;
    await this.outbox.add(tx, {
      topic: 'catalog.channel.v1',
      name: 'channel-snapshot',
      tenantId,
      key: data.channelId,
      subject: `channel/${data.channelId}`,
      revision: told.revision,
      time,
      data: told.data,
    });
  }
}
