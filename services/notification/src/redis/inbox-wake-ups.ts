import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, Metrics, RedisConnection, Shutdown } from '#platform';

interface InboxOwner {
  readonly tenantId: string;
  readonly userId: string;
}

type Subscriber = ReturnType<RedisConnection['client']['duplicate']>;

/**
 * "Look into your inbox", from whichever replica wrote the message to those that hold the user's streams. Best effort:
 * Redis pub/sub loses what nobody hears, and may be away; the streams' own look at the database finds the rest.
 */
@Injectable()
export class InboxWakeUps implements OnApplicationBootstrap {
  readonly #listeners = new Map<string, () => void>();
  /** What the client was asked to listen to, and will after each reconnection. */
  readonly #subscribed = new Set<string>();
  readonly #subscriber: Subscriber;

  constructor(
    private readonly redis: RedisConnection,
    private readonly metrics: Metrics,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    // A connection that listens can do nothing else, hence one of its own.
    this.#subscriber = redis.client.duplicate();
    // Without a listener an error event would end the process; the reconnection is the client's own business.
    this.#subscriber.on('error', (err: unknown) => this.log.debug({ err }, 'Redis is away: streams poll'));
    this.#subscriber.on('ready', () => this.#resubscribe());
    shutdown.register('connections', 'wake-ups over Redis', async () => this.#subscriber.destroy());
  }

  onApplicationBootstrap(): void {
    // Not awaited: Redis may be away for as long as it likes.
    this.#subscriber.connect().catch((err: unknown) => this.log.warn({ err }, 'Redis is away: streams poll'));
  }

  /** Whether wake-ups arrive at present. */
  isListening(): boolean {
    return this.#subscriber.isReady;
  }

  /**
   * Not awaited, so that a Redis that answers late, or not at all, holds nobody up. Never throws: a lost wake-up only
   * makes the message a moment later.
   */
  announce(owner: InboxOwner): void {
    this.redis.client.publish(this.#channel(owner), '').catch((err: unknown) => {
      this.metrics.counter('notification_wake_ups_lost_total', 'Wake-ups that Redis did not take').inc();
      this.log.debug({ err }, 'a wake-up was lost');
    });
  }

  /** Whenever the subscription stands (again), `listener` is called too: what came before is to be looked for. */
  subscribe(owner: InboxOwner, listener: () => void): void {
    const channel = this.#channel(owner);
    this.#listeners.set(channel, listener);
    void this.#subscribe(channel);
  }

  unsubscribe(owner: InboxOwner): void {
    const channel = this.#channel(owner);
    this.#listeners.delete(channel);
    if (this.isListening()) this.#unsubscribe(channel);
  }

  async #subscribe(channel: string): Promise<void> {
    if (!this.isListening()) return;
    try {
      this.#subscribed.add(channel);
      await this.#subscriber.subscribe(channel, this.#hear);
      this.#listeners.get(channel)?.();
    } catch (err) {
      this.log.debug({ err }, 'a subscription failed: its stream polls');
    }
  }

  readonly #hear = (_message: string, channel: string): void => this.#listeners.get(channel)?.();

  #unsubscribe(channel: string): void {
    this.#subscribed.delete(channel);
    this.#subscriber.unsubscribe(channel).catch(() => undefined);
  }

  /**
   * The client renews what it had; what was asked for, or no longer wanted, while Redis was away is subscribed, and
   * unsubscribed, only here.
   */
  #resubscribe(): void {
    for (const channel of this.#subscribed) if (!this.#listeners.has(channel)) this.#unsubscribe(channel);
    for (const channel of this.#listeners.keys()) void this.#subscribe(channel);
  }

  #channel({ tenantId, userId }: InboxOwner): string {
    return this.redis.key(`inbox:${tenantId}:${userId}`);
  }
}
