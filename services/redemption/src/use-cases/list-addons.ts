import { Injectable } from '@nestjs/common';
import { type Principal, TenantDatabase } from '#platform';
import { type AddonBalance, AddonStore } from '../store/addon.store.js';
import { DirectoryStore } from '../store/directory.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { cutPage, type Page, type PageRequest } from './page.js';

/** What the accounts behind the caller's channels hold. */
@Injectable()
export class ListAddons {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly directory: DirectoryStore,
    private readonly addons: AddonStore,
  ) {}

  /** @throws ProblemError overloaded */
  async run(
    { tenantId, channels }: Principal,
    { after, limit }: PageRequest<{ partnerId: string; resource: string }>,
  ): Promise<Page<AddonBalance>> {
    const found = await this.slots.run(() =>
      this.database.read(tenantId, async (tx) => {
        const partnerIds = await this.directory.partnersOf(tx, tenantId, channels);
        return this.addons.balances(tx, tenantId, partnerIds, { after, limit: limit + 1 });
      }),
    );
    return cutPage(found, limit);
  }
}
