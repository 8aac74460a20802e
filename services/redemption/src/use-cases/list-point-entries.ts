import { Injectable } from '@nestjs/common';
import type { PointsEntryView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { PointsStore } from '../store/points.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { cutPage, type Page, type PageRequest } from './page.js';

/** The caller's ledger, newest first. */
@Injectable()
export class ListPointEntries {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly points: PointsStore,
  ) {}

  /**
   * @param pointNameId null = of all point names
   * @throws ProblemError overloaded
   */
  async run(
    { tenantId, subject: userId }: Principal,
    pointNameId: string | null,
    { after, limit }: PageRequest<{ entryId: string }>,
  ): Promise<Page<PointsEntryView>> {
    const found = await this.slots.run(() =>
      this.database.read(tenantId, (tx) =>
        this.points.entries(tx, tenantId, { userId, pointNameId }, { after, limit: limit + 1 }),
      ),
    );
    return cutPage(found, limit);
  }
}
