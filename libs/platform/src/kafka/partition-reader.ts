import { Injectable } from '@nestjs/common';
import type { EachBatchPayload } from 'kafkajs';
import { failpoint } from '../failpoints/failpoint.js';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { classifyError, isStatementTimeout } from './classify-error.js';
import { DeadLetters } from './dead-letters.js';
import { decodeRecord } from './decode-record.js';
import { EventBatches } from './event-batches.js';
import { EventHandlers } from './event-handlers.js';
import { EventPipeline, type Rejection } from './event-pipeline.js';
import { KafkaConnection } from './kafka-connection.js';
import { type ReceivedRecord, receivedRecord } from './record.js';

export const HEARTBEAT_MS = 3_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Tries in a row after which a statement that is cancelled for its length is the record's fault; some two minutes. */
const MOST_STATEMENT_TIMEOUTS = 20;

/**
 * Takes the records of one partition one after the other, or some at a time where the consumer can. An offset counts as
 * done only after the record's transaction has committed, or after the record lies with the dead letters. While neither is
 * possible the partition is paused: the loop of kafkajs goes on, with its heartbeats and the other partitions.
 */
@Injectable()
export class PartitionReader {
  readonly #failures = new Map<string, number>();
  /** By partition: how often in a row this record ran into the statement timeout. */
  readonly #statementTimeouts = new Map<string, { offset: string; times: number }>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #outcomes;
  readonly #seconds;
  readonly #pauses;
  readonly #lag;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly handlers: EventHandlers,
    private readonly pipeline: EventPipeline,
    private readonly batches: EventBatches,
    private readonly deadLetters: DeadLetters,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.#outcomes = metrics.counter('consumer_records_total', 'Records taken from Kafka', [
      'topic',
      'outcome',
    ]);
    this.#seconds = metrics.histogram('consumer_record_seconds', 'Handling one record', ['topic']);
    this.#pauses = metrics.counter(
      'consumer_pauses_total',
      'Partitions paused, their record to be tried again',
      ['topic'],
    );
    this.#lag = metrics.gauge('consumer_lag_records', 'Records still to take', ['topic', 'partition']);
  }

  /** Throws nothing but kafkajs' own errors of heartbeat and commit, which it handles itself. */
  readonly eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const topic = this.connection.logicalTopic(batch.topic);
    const atOnce = evenly(batch.messages.length, this.handlers.batchOf(topic)?.atMost ?? 1);
    for (let start = 0; start < batch.messages.length; start += atOnce) {
      if (!payload.isRunning() || payload.isStale()) return;
      const messages = batch.messages.slice(start, start + atOnce);
      const records = messages.map((message) => receivedRecord(topic, batch.partition, message));
      if (!(await this.#take(records, payload))) return;
      await failpoint('consumer.before-offset');
      const offset = messages.at(-1)?.offset ?? '';
      payload.resolveOffset(offset);
      this.#lag.set({ topic, partition: batch.partition }, Number(batch.highWatermark) - Number(offset) - 1);
      await payload.commitOffsetsIfNecessary();
      await payload.heartbeat();
    }
  };

  /** No partition is resumed any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** @returns false when one of the records must be tried again later; their partition is paused then */
  async #take(records: readonly ReceivedRecord[], payload: EachBatchPayload): Promise<boolean> {
    const [first] = records;
    if (first === undefined) return true;
    let record = first;
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const done = await this.#takeTogether(records);
      for (record of records) if (!done.has(record)) await this.#takeAlone(record);
    } catch (err) {
      this.#pause(record, err, payload);
      return false;
    } finally {
      clearInterval(beat);
    }
    const { topic, partition, offset } = record;
    const place = placeOf(record);
    this.#statementTimeouts.delete(place);
    if (this.#failures.delete(place)) this.log.info({ topic, partition, offset }, 'partition goes on');
    return true;
  }

  async #takeTogether(records: readonly ReceivedRecord[]): Promise<ReadonlyMap<ReceivedRecord, string>> {
    const topic = records[0]?.topic ?? '';
    const batch = this.handlers.batchOf(topic);
    if (batch === undefined || records.length === 1) return new Map();
    const start = performance.now();
    const done = await this.batches.run(records, batch.handler);
    const seconds = (performance.now() - start) / 1_000 / Math.max(1, done.size);
    for (const outcome of done.values()) {
      this.#outcomes.inc({ topic, outcome });
      this.#seconds.observe({ topic }, seconds);
    }
    return done;
  }

  async #takeAlone(record: ReceivedRecord): Promise<void> {
    const { topic } = record;
    const stopTimer = this.#seconds.startTimer({ topic });
    this.#outcomes.inc({ topic, outcome: await this.#deliver(record) });
    stopTimer();
  }

  #pause(record: ReceivedRecord, err: unknown, payload: EachBatchPayload): void {
    const { topic, partition, offset } = record;
    const failures = this.#failures.get(placeOf(record)) ?? 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    this.#failures.set(placeOf(record), Math.min(failures + 1, 10));
    this.#pauses.inc({ topic });
    const says =
      classifyError(err) === 'infrastructure'
        ? 'a server did not answer as it should: partition paused, the record is tried again'
        : 'a record can neither be handled nor be kept: partition paused, it is tried again';
    this.log.warn({ err, topic, partition, offset, pauseMs }, says);
    this.#resumeLater(payload.pause(), pauseMs);
  }

  /** @throws when the record can neither be handled nor be buried now */
  async #deliver(record: ReceivedRecord): Promise<string> {
    const handler = this.handlers.of(record.topic);
    if (!handler) throw new Error(`no consumer for ${record.topic}`);
    const outcome = await this.pipeline.run(record, handler).catch((error: unknown) => {
      if (this.#timesOutAlways(record, error)) return rejection(record, 'statement_timeout', error);
      if (classifyError(error) === 'infrastructure') throw error;
      // The pipeline turns all content into answers; this would be a bug of its own, and must not stop the partition.
      return rejection(record, 'pipeline_failed', error);
    });
    if (outcome.kind === 'rejected') await this.deadLetters.bury(record, outcome);
    return outcome.kind;
  }

  /** Whether this record has now been cancelled so often that the server being busy is no explanation any more. */
  #timesOutAlways(record: ReceivedRecord, error: unknown): boolean {
    const { offset } = record;
    const place = placeOf(record);
    if (!isStatementTimeout(error)) {
      this.#statementTimeouts.delete(place);
      return false;
    }
    const former = this.#statementTimeouts.get(place);
    const times = former?.offset === offset ? former.times + 1 : 1;
    this.#statementTimeouts.set(place, { offset, times });
    return times >= MOST_STATEMENT_TIMEOUTS;
  }

  #resumeLater(resume: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      resume();
    }, ms);
    this.#timers.add(timer);
  }
}

function placeOf({ topic, partition }: ReceivedRecord): string {
  return `${topic}/${partition}`;
}

/** With the envelope, if it can be read: a dead letter is its tenant's. */
function rejection(record: ReceivedRecord, reason: string, error: unknown): Rejection {
  const decoded = decodeRecord(record);
  const envelope = decoded.kind === 'event' ? decoded.event.envelope : undefined;
  return { kind: 'rejected', reason, error: String(error), ...(envelope && { envelope }) };
}

/** Parts of about the same size: a small one at the end would cost as much as a large one. */
function evenly(count: number, atMost: number): number {
  return Math.ceil(count / Math.ceil(count / atMost));
}
