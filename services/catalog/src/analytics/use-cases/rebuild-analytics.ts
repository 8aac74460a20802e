import { TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { tally } from '../domain/tally.js';
import { GenerationStore } from '../store/generation.store.js';
import { JournalStore } from '../store/journal.store.js';
import { TallyStore } from '../store/tally.store.js';

/** Batches of the journal, and rows of an old generation, in one transaction: none of them long. */
const BATCHES = 10;
const ROWS = 5_000;

@Injectable()
export class RebuildAnalytics {
  constructor(
    private readonly database: TenantDatabase,
    private readonly generations: GenerationStore,
    private readonly journal: JournalStore,
    private readonly tallies: TallyStore,
  ) {}

  tenants(): Promise<string[]> {
    return this.database.acrossTenants((tx) => this.generations.tenants(tx));
  }

  /**
   * Makes a tenant's read model again from the journal, beside the one that is shown and while facts go on to be counted,
   * then shows it and removes the old one. Killed at any point it goes on from there when it is run again.
   */
  async run(tenantId: string, mayGoOn: () => boolean = () => true): Promise<void> {
    await this.database.transaction(tenantId, (tx) => this.generations.begin(tx, tenantId));
    while (mayGoOn() && (await this.#step(tenantId)));
    if (!mayGoOn()) return;
    await this.database.transaction(tenantId, (tx) => this.generations.switchOver(tx, tenantId));
    while (mayGoOn() && (await this.#removeOld(tenantId)) === ROWS);
  }

  /** @returns whether there may be more to do */
  #step(tenantId: string): Promise<boolean> {
    return this.database.transaction(tenantId, async (tx) => {
      const building = await this.generations.lockBuilding(tx, tenantId);
      if (building === null) return false;
      const { generation, madeThrough: after, madeOf: until } = building;
      const read = await this.journal.read(tx, tenantId, { after, until, limit: BATCHES });
      if (read) await this.tallies.add(tx, { tenantId, generation }, tally(read.facts));
      await this.generations.advance(tx, tenantId, read?.through ?? until);
      return read !== null;
    });
  }

  #removeOld(tenantId: string): Promise<number> {
    return this.database.transaction(tenantId, (tx) => this.tallies.removeOld(tx, tenantId, ROWS));
  }
}
