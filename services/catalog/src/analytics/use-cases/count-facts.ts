import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AnalyticsEvent, type AnalyticsFact, factsOf } from '../domain/fact.js';
import { tally } from '../domain/tally.js';
import { GenerationStore } from '../store/generation.store.js';
import { JournalStore } from '../store/journal.store.js';
import { TallyStore } from '../store/tally.store.js';

@Injectable()
export class CountFacts {
  constructor(
    private readonly generations: GenerationStore,
    private readonly journal: JournalStore,
    private readonly tallies: TallyStore,
  ) {}

  /** Counts facts that the inbox has let through: each comes once, in any order. */
  async run(tx: EntityManager, tenantId: string, events: readonly AnalyticsEvent[]): Promise<void> {
    await this.count(tx, tenantId, events.flatMap(factsOf));
  }

  async count(tx: EntityManager, tenantId: string, facts: readonly AnalyticsFact[]): Promise<void> {
    if (facts.length === 0) return;
    // First the generations: what is in the journal after a rebuild has begun is counted here, what was before by it.
    const generations = await this.generations.hold(tx, tenantId);
    await this.journal.append(tx, tenantId, facts);
    const sums = tally(facts);
    for (const generation of generations) await this.tallies.add(tx, { tenantId, generation }, sums);
  }
}
