import type { PartnerView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { PartnerStore } from '../store/partner.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListPartners {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly partners: PartnerStore,
  ) {}

  /** The accounts behind the caller's channels, by id. */
  run({ tenantId, channels }: Principal, page: PageRequest<string>): Promise<Page<PartnerView>> {
    return this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return cutPage(await this.partners.list(tx, tenantId, mine, oneMore(page)), page.limit);
    });
  }
}
