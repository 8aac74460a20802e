import type { PointNameView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { PointNameStore } from '../store/point-name.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListPointNames {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly pointNames: PointNameStore,
  ) {}

  /** The point names of the accounts behind the caller's channels, withdrawn ones, too, by id. */
  run({ tenantId, channels }: Principal, page: PageRequest<string>): Promise<Page<PointNameView>> {
    return this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return cutPage(await this.pointNames.list(tx, tenantId, mine, oneMore(page)), page.limit);
    });
  }
}
