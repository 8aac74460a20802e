import type { ProgrammeView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListProgrammes {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly programmes: ProgrammeStore,
  ) {}

  /** The loyalty programmes of the accounts behind the caller's channels, by id. */
  run({ tenantId, channels }: Principal, page: PageRequest<string>): Promise<Page<ProgrammeView>> {
    return this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return cutPage(await this.programmes.list(tx, tenantId, mine, oneMore(page)), page.limit);
    });
  }
}
