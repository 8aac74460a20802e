import { performance } from 'node:perf_hooks';
import type { Consumer, EachBatchHandler } from 'kafkajs';
import type { Log } from '../logging/log.js';
import { classifyError } from './classify-error.js';
import { type KafkaConnection, kafkaRetry } from './kafka-connection.js';
import { HEARTBEAT_MS } from './partition-reader.js';

export interface ConsumerSettings {
  /** As the contracts name them. */
  readonly topics: readonly string[];
  readonly eachBatch: EachBatchHandler;
  /** How many partitions are worked on side by side in this process. */
  readonly concurrency: number;
}

/** A replica that dies without leaving gives its partitions to others after so long. */
const SESSION_MS = 10_000;
/** A crash within so long after the start counts with the one before. */
const STEADY_MS = 60_000;
const CRASHES_FOR_GOOD = 5;
/** Without a heartbeat, a fetch or a try to connect for so long, the consumer hangs. */
const SILENCE_MS = 180_000;

/**
 * Keeps one consumer of the service's group running: waits for the broker and the topics, starts again after a crash, and
 * says when that has become pointless.
 */
export class ConsumerSupervisor {
  readonly #stop = Promise.withResolvers<void>();
  #stopping = false;
  #loop: Promise<void> | undefined;
  #joined = false;
  #crashes = 0;
  #lastError = '';
  #lastSign = performance.now();

  constructor(
    private readonly connection: KafkaConnection,
    private readonly log: Log,
    private readonly settings: ConsumerSettings,
  ) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** The record in hand is finished and its offset committed, then the group is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stop.resolve();
    await this.#loop;
  }

  /**
   * Ready from the first joining on: while a broker is away later, the service still answers requests, and its facts wait
   * in the outbox. That is for metrics and alerts, not for taking every replica out of the way.
   * @throws when the consumer has not joined its group yet
   */
  async checkReady(): Promise<void> {
    if (!this.#joined) throw new Error(`not in the consumer group: ${this.#lastError || 'still starting'}`);
  }

  /** @throws when only a new process may help. A broker that is away is no such case. */
  async checkLive(): Promise<void> {
    if (this.#crashes >= CRASHES_FOR_GOOD)
      throw new Error(`the consumer crashed ${this.#crashes} times: ${this.#lastError}`);
    if (performance.now() - this.#lastSign > SILENCE_MS) throw new Error('the consumer hangs');
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping; failures += 1) {
      const startedAt = performance.now();
      this.#lastSign = startedAt;
      try {
        await this.#runOnce();
      } catch (error) {
        if (performance.now() - startedAt > STEADY_MS) failures = this.#crashes = 0;
        this.#noteFailure(error);
      }
      if (!this.#stopping) await this.#sleep(Math.min(5_000, 250 * 2 ** failures));
    }
  }

  /** Runs until stopped. @throws what crashed the consumer */
  async #runOnce(): Promise<void> {
    await this.#waitForTopics();
    if (this.#stopping) return;
    const { kafka, groupId } = this.connection;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 60_000,
      // Only how soon a resumed partition is asked for again; new records come at once.
      maxWaitTimeInMs: 250,
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      retry: { ...kafkaRetry, retries: 8, restartOnFailure: async () => false },
    });
    const crashed = this.#observe(consumer);
    try {
      await consumer.connect();
      const topics = this.settings.topics.map((topic) => this.connection.topicName(topic));
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        eachBatch: this.settings.eachBatch,
        eachBatchAutoResolve: false,
        autoCommit: true,
        autoCommitInterval: 1_000,
        autoCommitThreshold: 500,
        partitionsConsumedConcurrently: this.settings.concurrency,
      });
      await Promise.race([crashed, this.#stop.promise]);
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** @returns a promise that is broken by what crashes the consumer */
  #observe(consumer: Consumer): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH } = consumer.events;
    const sign = (): void => void (this.#lastSign = performance.now());
    consumer.on(CRASH, ({ payload }) => reject(payload.error));
    consumer.on(GROUP_JOIN, () => {
      this.#joined = true;
      sign();
    });
    consumer.on(HEARTBEAT, sign);
    consumer.on(FETCH, sign);
    return promise;
  }

  async #waitForTopics(): Promise<void> {
    for (let tries = 0; !this.#stopping; tries += 1) {
      const missing = await this.#missingTopics();
      if (missing.length === 0) return;
      this.#lastSign = performance.now();
      this.#lastError = `topics missing on the broker: ${missing.join(', ')}`;
      this.log.warn({ topics: missing }, 'topics are missing on the broker; create them. Asking again');
      await this.#sleep(Math.min(5_000, 250 * 2 ** tries));
    }
  }

  async #missingTopics(): Promise<string[]> {
    const admin = this.connection.kafka.admin();
    await admin.connect();
    try {
      const there = new Set(await admin.listTopics());
      return this.settings.topics
        .map((topic) => this.connection.topicName(topic))
        .filter((name) => !there.has(name));
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  #noteFailure(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error);
    const kind = classifyError(error);
    if (kind === 'content') this.#crashes += 1;
    this.log.error({ err: error, kind, crashes: this.#crashes }, 'the consumer stopped; it is started again');
  }

  /** Milliseconds; stopping ends it early. */
  async #sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([elapsed, this.#stop.promise]);
    clearTimeout(timer);
  }
}
