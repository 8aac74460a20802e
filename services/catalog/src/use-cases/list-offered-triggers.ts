import type { OfferedTriggerView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { TriggerStore } from '../store/trigger.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListOfferedTriggers {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly triggers: TriggerStore,
  ) {}

  /** The triggers that the accounts behind the caller's channels may use, by id. */
  run({ tenantId, channels }: Principal, page: PageRequest<string>): Promise<Page<OfferedTriggerView>> {
    return this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return cutPage(await this.triggers.listOffered(tx, tenantId, mine, oneMore(page)), page.limit);
    });
  }
}
