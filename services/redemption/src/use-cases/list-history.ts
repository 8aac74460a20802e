import { Injectable } from '@nestjs/common';
import type { HistoryItem } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { ReadSlots } from '../store/read-slots.js';
import { RedemptionHistoryStore } from '../store/redemption-history.store.js';
import { cutPage, type Page, type PageRequest } from './page.js';

/** What the caller has redeemed, newest first. */
@Injectable()
export class ListHistory {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly history: RedemptionHistoryStore,
  ) {}

  /** @throws ProblemError overloaded */
  async run(
    { tenantId, subject }: Principal,
    { after, limit }: PageRequest<{ redemptionId: string }>,
  ): Promise<Page<HistoryItem>> {
    const found = await this.slots.run(() =>
      this.database.read(tenantId, (tx) =>
        this.history.ofUser(tx, tenantId, subject, { after, limit: limit + 1 }),
      ),
    );
    return cutPage(found, limit);
  }
}
