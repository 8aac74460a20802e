import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { PRUNE_PREFIX } from './expiring-table.js';
import { TenantDatabase } from './tenant-database.js';

const EVERY_MS = 3_600_000;
const CHUNK = 2_000;
const DEAD_LETTER_DAYS = 90;

type PruneChunk = (tx: EntityManager) => Promise<number>;

/**
 * Forgets, in short transactions, what is kept for a time only: rows of every `expiringTable` of the database, and dead
 * letters that were replayed long ago. Those that nobody has replayed stay. Every replica may run it.
 */
@Injectable()
export class ExpiredRowsPruner implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;

  constructor(
    private readonly database: TenantDatabase,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'pruner of expired rows', () => this.#stop());
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#wake(), EVERY_MS);
    this.#timer.unref();
  }

  /** @returns how many rows were forgotten, by table */
  async prune(): Promise<Record<string, number>> {
    const forgotten: Record<string, number> = {};
    for (const table of await this.#expiringTables())
      forgotten[table] = await this.#inChunks((tx) => pruneTable(tx, table));
    forgotten['dead_letter'] = await this.#inChunks(pruneDeadLetters);
    return forgotten;
  }

  #expiringTables(): Promise<string[]> {
    return this.database.acrossTenants(async (tx) => {
      const rows = await tx.query<{ name: string }[]>(
        `SELECT substr(proname, length($1) + 1) AS name FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, $1) ORDER BY 1`,
        [PRUNE_PREFIX],
      );
      return rows.map(({ name }) => name);
    });
  }

  async #inChunks(pruneChunk: PruneChunk): Promise<number> {
    let forgotten = 0;
    for (let chunk = CHUNK; chunk === CHUNK && !this.#stopping; forgotten += chunk)
      chunk = await this.database.acrossTenants(pruneChunk);
    return forgotten;
  }

  #wake(): void {
    this.#running ??= this.#pruneQuietly().finally(() => (this.#running = undefined));
  }

  async #pruneQuietly(): Promise<void> {
    try {
      const forgotten = await this.prune();
      if (Object.values(forgotten).some((rows) => rows > 0))
        this.log.info({ forgotten }, 'expired rows were pruned');
    } catch (err) {
      this.log.warn({ err }, 'expired rows could not be pruned; it will be tried again');
    }
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}

async function pruneTable(tx: EntityManager, table: string): Promise<number> {
  const [row] = await tx.query<{ rows: number }[]>(
    `SELECT ${pg.escapeIdentifier(PRUNE_PREFIX + table)}($1) AS rows`,
    [CHUNK],
  );
  return row?.rows ?? 0;
}

async function pruneDeadLetters(tx: EntityManager): Promise<number> {
  const [, deleted] = await tx.query<[unknown[], number]>(
    `DELETE FROM dead_letter WHERE id IN (
       SELECT id FROM dead_letter WHERE replayed_at < (SELECT octopus_now()) - make_interval(days => $1)
        ORDER BY replayed_at LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)`,
    [DEAD_LETTER_DAYS],
  );
  return deleted;
}
