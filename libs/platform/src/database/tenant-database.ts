import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Log } from '../logging/log.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Effect = () => void | Promise<void>;

/**
 * The only door to the database. A transaction names its tenant; row-level security then hides every other tenant's
 * rows, whatever the query says.
 */
@Injectable()
export class TenantDatabase {
  readonly #dataSource: DataSource;
  readonly #log: Log;
  readonly #effects = new WeakMap<EntityManager, Set<Effect>>();

  constructor(dataSource: DataSource, log: Log) {
    this.#dataSource = dataSource;
    this.#log = log;
  }

  /** TypeORM's own pool, for hot paths. Whoever uses it sets `octopus.tenant_id` in each transaction. */
  get pool(): pg.Pool {
    // The driver's type is that of no database in particular; ours is always PostgreSQL.
    return (this.#dataSource.driver as unknown as { master: pg.Pool }).master;
  }

  /**
   * One READ COMMITTED transaction for one tenant. Commits when `work` resolves, rolls back when it throws.
   * @throws TypeError when `tenantId` is no UUID
   */
  transaction<T>(tenantId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.#run(tenantSetting(tenantId), work);
  }

  /** As `transaction`, but READ ONLY. */
  read<T>(tenantId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.#run({ ...tenantSetting(tenantId), transaction_read_only: 'on' }, work);
  }

  /** No tenant is set: row-level security hides every business row. For queue tables only. */
  acrossTenants<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.#run({}, work);
  }

  /**
   * Runs `effect` once the transaction has committed, not at all when it rolls back. The same function given twice runs
   * once. What it throws is logged: the state has changed and cannot be taken back.
   */
  afterCommit(tx: EntityManager, effect: Effect): void {
    const effects = this.#effects.get(tx);
    if (!effects) throw new Error('afterCommit: this EntityManager is not of a running transaction');
    effects.add(effect);
  }

  async #run<T>(settings: Record<string, string>, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.#dataSource.createQueryRunner();
    const effects = new Set<Effect>();
    let result: T;
    try {
      await runner.startTransaction();
      await applySettings(runner, settings);
      this.#effects.set(runner.manager, effects);
      result = await work(runner.manager);
      await commit(runner);
    } catch (error) {
      await abandon(runner);
      throw error;
    } finally {
      this.#effects.delete(runner.manager);
      await runner.release();
    }
    for (const effect of effects) await this.#runEffect(effect);
    return result;
  }

  async #runEffect(effect: Effect): Promise<void> {
    try {
      await effect();
    } catch (err) {
      this.#log.error({ err }, 'an effect after a commit failed; the commit stands');
    }
  }
}

function tenantSetting(tenantId: string): Record<string, string> {
  if (!UUID.test(tenantId)) throw new TypeError(`not a tenant id: ${JSON.stringify(tenantId)}`);
  return { 'octopus.tenant_id': tenantId };
}

/** All in one statement, for this transaction only. */
async function applySettings(runner: QueryRunner, settings: Record<string, string>): Promise<void> {
  const pairs = Object.entries(settings);
  if (pairs.length === 0) return;
  const calls = pairs.map((_, index) => `set_config($${index * 2 + 1}, $${index * 2 + 2}, true)`);
  await runner.query(`SELECT ${calls.join(', ')}`, pairs.flat());
}

/** Past TypeORM: a transaction in which a statement failed is rolled back by COMMIT, and only the answer's tag says so. */
async function commit(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as pg.PoolClient;
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT')
    throw new Error(
      'a statement of this transaction failed and its error was swallowed: all was rolled back',
    );
}

async function abandon(runner: QueryRunner): Promise<void> {
  if (runner.isReleased || !runner.isTransactionActive) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    // A connection on which even ROLLBACK fails must not go back to the pool with a transaction open: end it.
    if (runner.isReleased) return;
    const client = (await runner.connect().catch(() => undefined)) as pg.Client | undefined;
    client?.end().catch(() => undefined);
  }
}
