import { Injectable } from '@nestjs/common';
import type { BalanceView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { PointsStore } from '../store/points.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { cutPage, type Page, type PageRequest } from './page.js';

/** What the caller holds of each point name. */
@Injectable()
export class ListBalances {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly points: PointsStore,
  ) {}

  /** @throws ProblemError overloaded */
  async run(
    { tenantId, subject: userId }: Principal,
    { after, limit }: PageRequest<{ pointNameId: string }>,
  ): Promise<Page<BalanceView>> {
    const found = await this.slots.run(() =>
      this.database.read(tenantId, (tx) =>
        this.points.balances(tx, tenantId, userId, { after, limit: limit + 1 }),
      ),
    );
    return cutPage(found, limit);
  }
}
