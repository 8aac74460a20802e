import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createClient } from 'redis';
import { PlatformConfig } from '../config/platform-config.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';

/** Milliseconds that a command may wait to be sent; see `RedisScript.run` for the wait for an answer. */
export const COMMAND_TIMEOUT_MS = 50;
const MAX_RECONNECT_MS = 2_000;

/**
 * The process's connection to Redis. Redis only ever makes things faster: it may be away at start and at any time after.
 * While it is, commands fail at once, and the connection comes back by itself.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap {
  readonly client;
  readonly #namespace: string | undefined;
  #away = false;

  constructor(
    config: PlatformConfig,
    identity: ServiceIdentity,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    this.#namespace = config.NAMESPACE;
    this.client = createClient({
      url: config.REDIS_URL,
      name: `octopus-${identity.name}`,
      disableOfflineQueue: true,
      // A frozen Redis keeps the connection open; unanswered pings close it, and then nobody waits for it any more.
      pingInterval: 1_000,
      socket: {
        connectTimeout: 2_000,
        socketTimeout: 3_000,
        reconnectStrategy: (retries) => reconnectDelay(retries, Math.random()),
      },
      commandOptions: { timeout: COMMAND_TIMEOUT_MS },
    });
    // Without a listener an error event would end the process.
    this.client.on('error', (err: unknown) => this.#noteAway(err));
    this.client.on('ready', () => this.#noteBack());
    shutdown.register('connections', 'redis', async () => this.client.destroy());
  }

  onApplicationBootstrap(): void {
    // Not awaited: the service starts without Redis, too.
    this.client.connect().catch((err: unknown) => this.#noteAway(err));
  }

  /** Whether commands have a chance at present. */
  get isReady(): boolean {
    return this.client.isReady;
  }

  /** A key of this installation: `<namespace>:<name>`. */
  key(name: string): string {
    return this.#namespace === undefined ? name : `${this.#namespace}:${name}`;
  }

  /** One line when it goes, one when it is back: not one per attempt. */
  #noteAway(err: unknown): void {
    if (this.#away) return;
    this.#away = true;
    this.log.warn({ err }, 'Redis is away; going on without it');
  }

  #noteBack(): void {
    if (this.#away) this.log.info({}, 'Redis is back');
    this.#away = false;
  }
}

/** Milliseconds before the next attempt: doubling from 50, at most 2 s, a part of it by chance so that not all come at once. */
export function reconnectDelay(retries: number, chance: number): number {
  return Math.round(Math.min(MAX_RECONNECT_MS, 50 * 2 ** Math.min(retries, 10)) * (0.5 + chance / 2));
}
