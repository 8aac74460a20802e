import type { AuditEntryView } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { AuditViewStore } from '../store/audit-view.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ReadAudit {
  constructor(
    private readonly database: TenantDatabase,
    private readonly entries: AuditViewStore,
  ) {}

  /**
   * Who changed the coupon, when, from what to what.
   * @throws ProblemError coupon_not_found, also for somebody else's
   */
  async run(
    { tenantId, channels }: Principal,
    couponId: string,
    page: PageRequest<string>,
  ): Promise<Page<AuditEntryView>> {
    const found = await this.database.read(tenantId, async (tx) => {
      const channelId = await this.entries.channelOf(tx, tenantId, couponId);
      if (channelId === null || !channels.includes(channelId)) throw new ProblemError('coupon_not_found');
      return this.entries.list(tx, tenantId, couponId, oneMore(page));
    });
    return cutPage(found, page.limit);
  }
}
