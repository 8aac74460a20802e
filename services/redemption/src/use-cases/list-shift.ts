import { Injectable } from '@nestjs/common';
import type { ShiftItem } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { DatabaseClock } from '../store/database-clock.js';
import { ReadSlots } from '../store/read-slots.js';
import { RedemptionHistoryStore } from '../store/redemption-history.store.js';
import { cutPage, type Page, type PageRequest } from './page.js';

/** What the calling cashier has redeemed for their partner within a day, newest first. */
@Injectable()
export class ListShift {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly clock: DatabaseClock,
    private readonly history: RedemptionHistoryStore,
  ) {}

  /**
   * A cashier whose token names no partner has redeemed for none.
   * @throws ProblemError overloaded
   */
  async run(
    { tenantId, subject: cashierId, partner: partnerId }: Principal,
    { after, limit }: PageRequest<{ redemptionId: string }>,
  ): Promise<Page<ShiftItem>> {
    if (partnerId === undefined) return { items: [], last: null };
    const found = await this.slots.run(() =>
      this.database.read(tenantId, async (tx) => {
        const shift = { cashierId, partnerId, now: await this.clock.now(tx) };
        return this.history.ofShift(tx, tenantId, shift, { after, limit: limit + 1 });
      }),
    );
    return cutPage(found, limit);
  }
}
