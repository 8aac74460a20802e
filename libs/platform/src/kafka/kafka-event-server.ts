import { Injectable } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { ConsumerSupervisor } from './consumer-supervisor.js';
import type { EventContext } from './event-context.js';
import { EventHandlers } from './event-handlers.js';
import { KafkaConnection } from './kafka-connection.js';
import { PartitionReader } from './partition-reader.js';

const CONCURRENT_PARTITIONS = 3;

/** `@EventPattern` methods without this symbol's transport serve it, too; those of another transport do not. */
export const KAFKA_EVENTS = Symbol('octopus-kafka-events');

/**
 * Nest's door to Kafka: every `@EventPattern(topic)` method of the service's controllers becomes the topic's consumer, run
 * by our own delivery rules. Connect it with `connectEventServer(app)`.
 */
@Injectable()
export class KafkaEventServer extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_EVENTS;
  /** Ours await the handler's end and see what it throws; Nest need not report it. */
  override readonly propagatesEventHandlerErrors = true;
  #supervisor: ConsumerSupervisor | undefined;
  #errorsComeThrough = false;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly handlers: EventHandlers,
    private readonly reader: PartitionReader,
    private readonly health: HealthChecks,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    super();
    shutdown.register('consumers', 'kafka consumers', () => this.close());
  }

  /** Called by Nest for each method. @throws Error for `@MessagePattern`, and for a topic's second consumer */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (typeof pattern !== 'string' || !isEventHandler)
      throw new Error('consumers are @EventPattern methods with the topic as their pattern');
    const handler = async (payload: unknown, context: EventContext): Promise<void> => {
      const result: unknown = await callback(payload, context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
    const atMost = extras['inBatchesOf'];
    if (typeof atMost === 'number') this.handlers.addBatch(pattern, handler, atMost);
    else this.handlers.add(pattern, handler);
    this.messageHandlers.set(pattern, callback);
  }

  /** Does not wait for the broker: a service starts without it and says so in its readiness. */
  override listen(callback: (error?: Error) => void): void {
    if (!this.#errorsComeThrough)
      return callback(new Error('connect KafkaEventServer with connectEventServer(app)'));
    const topics = this.handlers.topics();
    if (topics.length > 0) this.#supervise(topics);
    callback();
  }

  /** The record in hand is finished first. May be called again. */
  override async close(): Promise<void> {
    await this.#supervisor?.stop();
    this.reader.stop();
  }

  override on(): never {
    throw new Error('KafkaEventServer has no events; see its health checks and metrics');
  }

  override unwrap<T>(): T {
    return this.connection.kafka as T;
  }

  /** Set by `connectEventServer`: handlers' errors arrive here as they were thrown. */
  expectOriginalErrors(): void {
    this.#errorsComeThrough = true;
  }

  #supervise(topics: readonly string[]): void {
    const supervisor = new ConsumerSupervisor(this.connection, this.log, {
      topics,
      eachBatch: this.reader.eachBatch,
      concurrency: CONCURRENT_PARTITIONS,
    });
    this.health.register('kafka-consumer', () => supervisor.checkReady(), 'ready');
    this.health.register('kafka-consumer', () => supervisor.checkLive(), 'live');
    supervisor.start();
    this.#supervisor = supervisor;
  }
}
