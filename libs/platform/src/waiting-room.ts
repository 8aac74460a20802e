import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import type { ServiceName } from '#contracts';
import type { PlatformConfigValues } from './config/platform-config.js';
import { poolSettings } from './database/connection-settings.js';
import type { ServiceSchema } from './database/service-schema.js';
import { HealthChecks } from './health/health-checks.js';
import { createApp } from './http/create-app.js';
import { EdgeModule } from './http/edge.module.js';
import type { Log } from './logging/log.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface WaitingRoomOptions {
  readonly name: ServiceName;
  readonly config: PlatformConfigValues;
  readonly schema: ServiceSchema;
  readonly log: Log;
}

/**
 * Where a process waits until its database has the schema that it was written for: alive, not ready (and saying what is
 * missing), and nothing of the service has begun. In a release, new processes start together with the migration job.
 */
export class WaitingRoom {
  readonly #stop = new AbortController();
  #missing = 'not asked yet';
  #waiting: Promise<boolean> | undefined;

  constructor(private readonly options: WaitingRoomOptions) {}

  /** @returns false when it was closed before the schema was there. The address is free again by then. */
  wait(): Promise<boolean> {
    this.#waiting ??= this.#wait();
    return this.#waiting;
  }

  /** Ends the waiting. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#waiting;
  }

  async #wait(): Promise<boolean> {
    if (await this.#isThere()) return true;
    const { config, log } = this.options;
    log.warn(
      { reason: this.#missing },
      'waiting for the database schema; nothing is begun before it is there',
    );
    const app = await this.#answerHealth();
    try {
      await app.listen(config.PORT, config.HOST);
      return await this.#poll();
    } finally {
      await app.close();
    }
  }

  async #poll(): Promise<boolean> {
    const { signal } = this.#stop;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted && (await this.#isThere())) {
        this.options.log.info({}, 'the database schema is there');
        return true;
      }
    }
    return false;
  }

  async #isThere(): Promise<boolean> {
    const { name, config, schema } = this.options;
    const client = new pg.Client({
      ...poolSettings,
      connectionString: config.DATABASE_URL,
      application_name: `octopus-${name}-waiting`,
    });
    // A connection lost between two statements; the statement itself fails, too.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await schema.check(async (sql) => (await client.query<{ name: string }>(sql)).rows);
      return true;
    } catch (error) {
      this.#missing = describe(error);
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Only the edge, without its tracing: no database pool, no broker, no Redis, nothing of the service. */
  async #answerHealth(): Promise<NestFastifyApplication> {
    const { name: service, log } = this.options;
    const config = { ...this.options.config, SHUTDOWN_DRAIN_MS: 0, OTEL_EXPORTER_OTLP_ENDPOINT: undefined };
    const app = await createApp({ imports: [EdgeModule.register({ service, config, log })], config, log });
    app.get(HealthChecks).register('schema', () => Promise.reject(new Error(this.#missing)));
    return app;
  }
}

/** Refused at several addresses, the error itself says nothing. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
