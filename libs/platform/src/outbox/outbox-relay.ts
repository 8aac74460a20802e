import { performance } from 'node:perf_hooks';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type pg from 'pg';
import { TenantDatabase } from '../database/tenant-database.js';
import { failpoint } from '../failpoints/failpoint.js';
import { EventProducer, SEND_LIMIT_MS } from '../kafka/event-producer.js';
import { topicAtFault } from '../kafka/kafka-errors.js';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { type Leaving, sortOut, type Standstill } from './leaving.js';
import { deleteSent, oldestAge, readPending } from './pending-bundles.js';
import { PollPace } from './poll-pace.js';
import { ShardLeases } from './shard-leases.js';

/** A topic that cannot be written, and a shard that stands still, are left out for so long: neither holds others up. */
const REST_MS = 5_000;
const LAST_DRAIN_MS = 3_000;

/**
 * Publishes what lies in the outbox: unsent bundles of the shards that this process holds, in order, acknowledged by all
 * replicas, then deleted. A crash between the two publishes again: at least once, in order per key.
 *
 * An older fact must not land after a newer one of the same key that another relay sent meanwhile: on a compacted topic
 * it would be the one that stays. So a send begins only while the lease outlasts it, and one that was not acknowledged in
 * time is cut off before anything else happens. What remains: a request that the broker (or the network before it) has
 * in hand when it is cut off and carries out later than the lease lasts. Only the broker could refuse that: with
 * a transactional id per shard, whose older producers it fences. That costs a transaction per batch, and consumers skip
 * an older revision anyway.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap {
  readonly #pool: pg.Pool;
  readonly #leases: ShardLeases;
  readonly #pace = new PollPace();
  readonly #resting = new Map<string, number>();
  readonly #standing = new Map<number, number>();
  readonly #published;
  readonly #lag;
  #loop: Promise<void> | undefined;
  #stopping = false;

  constructor(
    database: TenantDatabase,
    private readonly producer: EventProducer,
    private readonly log: Log,
    metrics: Metrics,
    shutdown: Shutdown,
  ) {
    this.#pool = database.pool;
    this.#leases = new ShardLeases(this.#pool);
    shutdown.register('outbox', 'outbox relay', () => this.stop());
    shutdown.register('connections', 'kafka producer', () => producer.disconnect());
    this.#published = metrics.counter('outbox_published_total', 'Facts acknowledged by the broker', [
      'topic',
    ]);
    this.#lag = metrics.histogram(
      'outbox_publish_lag_seconds',
      'From the row written to the broker having it',
    );
    metrics.gauge(
      'outbox_shards_standing',
      'Shards that a bundle which cannot be read holds up',
      [],
      (gauge) => gauge.set(atRest(this.#standing).length),
    );
    metrics.gauge('outbox_age_seconds', 'How long the oldest unsent fact has waited', [], async (gauge) =>
      gauge.set(await oldestAge(this.#pool)),
    );
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  /** Starts publishing; a second call does nothing. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Look now: something has been committed. Cheap, never throws, does not wait. */
  nudge(): void {
    this.#pace.nudge();
  }

  /** Finishes the batch in flight, publishes what is left as far as that goes quickly, and gives the leases back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pace.cutShort();
    await this.#loop;
    await this.#lastDrain().catch((err: unknown) =>
      this.log.warn(
        { err },
        'facts are left in the outbox; another relay, or the next start, publishes them',
      ),
    );
    await this.#leases
      .release()
      .catch((err: unknown) => this.log.warn({ err }, 'the leases could not be given back; they run out'));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#pace.after(await this.#round());
      } catch (err) {
        this.#pace.afterFailure();
        this.log.warn({ err }, 'the outbox could not be published; it will be tried again');
      }
      await this.#pace.wait();
    }
  }

  /** @returns how many facts left */
  async #round(): Promise<number> {
    await this.#leases.keep();
    const shards = this.#leases.held().filter((shard) => !atRest(this.#standing).includes(shard));
    if (shards.length === 0) return 0;
    const bundles = await readPending(this.#pool, shards, atRest(this.#resting));
    const { leaving, standstills } = sortOut(bundles);
    for (const standstill of standstills) this.#holdUp(standstill);
    if (leaving.length === 0) return 0;
    const startedAt = performance.now();
    await this.producer.connect();
    await failpoint('outbox.before-send');
    const sent = await this.#send(leaving);
    await failpoint('outbox.before-delete');
    await deleteSent(this.#pool, sent);
    return this.#count(sent, (performance.now() - startedAt) / 1000);
  }

  /** One request with all of them; when a topic is at fault, one request for each topic, and that topic rests. */
  async #send(bundles: readonly Leaving[]): Promise<readonly Leaving[]> {
    try {
      return await this.#sendOurs(bundles);
    } catch (err) {
      if (!topicAtFault(err)) throw err;
    }
    const sent: Leaving[] = [];
    for (const [topic, ofTopic] of Map.groupBy(bundles, ({ topic }) => topic))
      sent.push(...(await this.#sendTopic(topic, ofTopic)));
    return sent;
  }

  async #sendTopic(topic: string, bundles: readonly Leaving[]): Promise<readonly Leaving[]> {
    try {
      return await this.#sendOurs(bundles);
    } catch (err) {
      const fault = topicAtFault(err);
      if (!fault) throw err;
      this.#resting.set(topic, performance.now() + REST_MS);
      this.log.error(
        { topic, fault },
        'the broker does not take facts for this topic; they stay in the outbox',
      );
      return [];
    }
  }

  /** Reading or an earlier send may have taken long: only what stays ours until the send has ended may leave. */
  async #sendOurs(bundles: readonly Leaving[]): Promise<readonly Leaving[]> {
    const deadline = performance.now() + SEND_LIMIT_MS;
    const held = new Set(this.#leases.held(SEND_LIMIT_MS));
    const ours = bundles.filter(({ shard }) => held.has(shard));
    if (ours.length === 0) return [];
    await this.producer.send(
      ours.flatMap(({ messages }) => messages),
      deadline,
    );
    return ours;
  }

  #holdUp({ shard, seq, topic, err }: Standstill): void {
    this.#standing.set(shard, performance.now() + REST_MS);
    this.log.error(
      { shard, seq, topic, err },
      'a bundle of the outbox cannot be read; its shard stands still',
    );
  }

  /** @returns how many facts there were */
  #count(sent: readonly Leaving[], seconds: number): number {
    let facts = 0;
    for (const { topic, age, messages } of sent) {
      for (const _ of messages) this.#lag.observe(Math.max(0, age) + seconds);
      this.#published.inc({ topic }, messages.length);
      facts += messages.length;
    }
    return facts;
  }

  async #lastDrain(): Promise<void> {
    const until = performance.now() + LAST_DRAIN_MS;
    while (this.#leases.held().length > 0 && performance.now() < until)
      if ((await this.#round()) === 0) return;
  }
}

/** Whose rest is not over yet; the others are forgotten. */
function atRest<Key>(resting: Map<Key, number>): Key[] {
  for (const [key, until] of resting) if (until < performance.now()) resting.delete(key);
  return [...resting.keys()];
}
