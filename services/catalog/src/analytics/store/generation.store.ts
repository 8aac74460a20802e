import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A generation of the read model that is being made from the journal's batches `(madeThrough, madeOf]`. */
export interface Building {
  readonly generation: number;
  readonly madeOf: string;
  readonly madeThrough: string;
}

interface GenerationRow {
  live: number;
  building: number | null;
  made_of: string | null;
  made_through: string | null;
}

/** Which generation of a tenant's read model is shown, and which one is being made beside it. */
@Injectable()
export class GenerationStore {
  /**
   * The generations into which whoever counts a fact must count it. They stay so until the transaction ends: a rebuild
   * begins and ends only between such transactions.
   */
  async hold(tx: EntityManager, tenantId: string): Promise<number[]> {
    const row = (await this.#read(tx, tenantId, 'FOR KEY SHARE')) ?? (await this.#create(tx, tenantId));
    return row.building === null ? [row.live] : [row.live, row.building];
  }

  /** Begins a generation, or goes on with the one begun. Waits for those who count, and lets none in meanwhile. */
  async begin(tx: EntityManager, tenantId: string): Promise<Building> {
    const row = await this.#read(tx, tenantId, 'FOR UPDATE');
    if (row === null) throw new Error(`tenant ${tenantId} has nothing to rebuild`);
    if (row.building === null)
      await tx.query(
        `UPDATE analytics_generation SET building = live + 1, made_through = 0,
           made_of = coalesce((SELECT max(seq) FROM analytics_journal WHERE tenant_id = $1), 0)
         WHERE tenant_id = $1`,
        [tenantId],
      );
    return buildingOf(await this.#read(tx, tenantId, ''));
  }

  /** How far the generation is made; nobody else goes on with it until the transaction ends. null: there is none. */
  async lockBuilding(tx: EntityManager, tenantId: string): Promise<Building | null> {
    const row = await this.#read(tx, tenantId, 'FOR NO KEY UPDATE');
    return row === null || row.building === null ? null : buildingOf(row);
  }

  async advance(tx: EntityManager, tenantId: string, madeThrough: string): Promise<void> {
    await tx.query('UPDATE analytics_generation SET made_through = $2 WHERE tenant_id = $1', [
      tenantId,
      madeThrough,
    ]);
  }

  /** Shows the generation that was made. Waits for those who count. */
  async switchOver(tx: EntityManager, tenantId: string): Promise<void> {
    await this.#read(tx, tenantId, 'FOR UPDATE');
    await tx.query(
      `UPDATE analytics_generation SET live = building, building = NULL, made_of = NULL, made_through = NULL
       WHERE tenant_id = $1 AND building IS NOT NULL AND made_through >= made_of`,
      [tenantId],
    );
  }

  /** Of all tenants. */
  async tenants(tx: EntityManager): Promise<string[]> {
    const rows: { tenant_id: string }[] = await tx.query(
      'SELECT tenant_id FROM analytics_generation ORDER BY tenant_id',
    );
    return rows.map(({ tenant_id }) => tenant_id);
  }

  async #create(tx: EntityManager, tenantId: string): Promise<GenerationRow> {
    await tx.query('INSERT INTO analytics_generation (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING', [
      tenantId,
    ]);
    const row = await this.#read(tx, tenantId, 'FOR KEY SHARE');
    if (row === null) throw new Error(`the generations of ${tenantId} are neither stored nor taken`);
    return row;
  }

  async #read(tx: EntityManager, tenantId: string, lock: string): Promise<GenerationRow | null> {
    const rows: GenerationRow[] = await tx.query(
      `SELECT live, building, made_of, made_through FROM analytics_generation WHERE tenant_id = $1 ${lock}`,
      [tenantId],
    );
    return rows[0] ?? null;
  }
}

function buildingOf(row: GenerationRow | null): Building {
  if (!row || row.building === null || row.made_of === null || row.made_through === null)
    throw new Error('no generation is being made');
  return { generation: row.building, madeOf: row.made_of, madeThrough: row.made_through };
}
