import type { Channel } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { cutPage, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListChannels {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
  ) {}

  /** The caller's channels as far as they are known here, by id. */
  async run(
    { tenantId, channels }: Principal,
    { after, limit }: PageRequest<{ channelId: string }>,
  ): Promise<Page<Channel>> {
    const oneMore = { after: after?.channelId ?? null, limit: limit + 1 };
    const found = await this.database.read(tenantId, (tx) =>
      this.channels.list(tx, tenantId, channels, oneMore),
    );
    return cutPage(found, limit);
  }
}
