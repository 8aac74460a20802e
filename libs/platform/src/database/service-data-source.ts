import type pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

/**
 * The service's DataSource. @nestjs/typeorm destroys it among the first things at shutdown; whoever still has rows to
 * write then (the outbox relay gives its leases back) registers here and is waited for.
 */
export class ServiceDataSource extends DataSource {
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(options: DataSourceOptions) {
    super(options);
  }

  /** TypeORM's own pool, for hot paths that go without the ORM. */
  get pool(): pg.Pool {
    // The driver's type is the one of no database in particular; ours is always PostgreSQL.
    return (this.driver as unknown as { master: pg.Pool }).master;
  }

  /** Runs before the pool ends; the last one registered runs first. */
  beforeDestroy(close: () => Promise<void>): void {
    this.#closers.unshift(close);
  }

  override async destroy(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
    await super.destroy();
  }
}
