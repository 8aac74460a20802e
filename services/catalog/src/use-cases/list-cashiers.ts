import type { CashierView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { ChannelStore } from '../store/channel.store.js';
import { PartnerStaffStore } from '../store/partner-staff.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListCashiers {
  constructor(
    private readonly database: TenantDatabase,
    private readonly channels: ChannelStore,
    private readonly staff: PartnerStaffStore,
  ) {}

  /** The cashiers of the accounts behind the caller's channels, by id. */
  run({ tenantId, channels }: Principal, page: PageRequest<string>): Promise<Page<CashierView>> {
    return this.database.read(tenantId, async (tx) => {
      const mine = await this.channels.partnersOf(tx, tenantId, channels);
      return cutPage(await this.staff.listCashiers(tx, tenantId, mine, oneMore(page)), page.limit);
    });
  }
}
