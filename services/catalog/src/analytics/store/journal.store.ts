import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnalyticsFact } from '../domain/fact.js';

/** Every fact that was ever counted, once, a row per batch. */
@Injectable()
export class JournalStore {
  async append(tx: EntityManager, tenantId: string, facts: readonly AnalyticsFact[]): Promise<void> {
    await tx.query('INSERT INTO analytics_journal (tenant_id, facts) VALUES ($1, $2)', [
      tenantId,
      JSON.stringify(facts),
    ]);
  }

  /** @param limit batches */
  async read(
    tx: EntityManager,
    tenantId: string,
    { after, until, limit }: { after: string; until: string; limit: number },
  ): Promise<{ facts: AnalyticsFact[]; through: string } | null> {
    const rows: { seq: string; facts: AnalyticsFact[] }[] = await tx.query(
      `SELECT seq, facts FROM analytics_journal WHERE tenant_id = $1 AND seq > $2 AND seq <= $3
       ORDER BY seq LIMIT $4`,
      [tenantId, after, until, limit],
    );
    const last = rows.at(-1);
    return last ? { facts: rows.flatMap(({ facts }) => facts), through: last.seq } : null;
  }
}
