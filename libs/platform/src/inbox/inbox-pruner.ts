import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { forgottenBelow } from './retention.js';

const EVERY_MS = 3_600_000;
const CHUNK = 2_000;

/** Forgets facts older than the inbox's retention, in short transactions. Every replica may run it. */
@Injectable()
export class InboxPruner implements OnApplicationBootstrap {
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(
    private readonly database: TenantDatabase,
    private readonly identity: ServiceIdentity,
    private readonly clock: Clock,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'inbox pruner', async () => this.#stop());
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#pruneQuietly(), EVERY_MS);
    this.#timer.unref();
  }

  /** @returns how many were forgotten */
  async prune(): Promise<number> {
    const before = forgottenBelow(this.clock.now());
    let forgotten = 0;
    for (let chunk = CHUNK; chunk === CHUNK && !this.#stopping; forgotten += chunk)
      chunk = await this.#pruneChunk(before);
    return forgotten;
  }

  /** Event ids are in time order, so the primary key finds the old ones. */
  async #pruneChunk(before: string): Promise<number> {
    const [, deleted] = await this.database.acrossTenants((tx) =>
      tx.query<[unknown[], number]>(
        `DELETE FROM inbox WHERE consumer = $1 AND event_id IN (
           SELECT event_id FROM inbox WHERE consumer = $1 AND event_id < $2 ORDER BY event_id LIMIT ${CHUNK})`,
        [this.identity.name, before],
      ),
    );
    return deleted;
  }

  async #pruneQuietly(): Promise<void> {
    try {
      const forgotten = await this.prune();
      if (forgotten > 0) this.log.info({ forgotten }, 'old facts were pruned from the inbox');
    } catch (err) {
      this.log.warn({ err }, 'the inbox could not be pruned; it will be tried again');
    }
  }

  #stop(): void {
    this.#stopping = true;
    clearInterval(this.#timer);
  }
}
