import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { Message, Producer } from 'kafkajs';
import { KafkaConnection, kafkaRetry } from './kafka-connection.js';
import { partitionByKey } from './key-partitioner.js';
import type { OutgoingRecord } from './outgoing-record.js';
import { RevocableSockets } from './revocable-sockets.js';

export interface OutgoingMessage {
  /** As the contracts name it; the namespace is put before it here. */
  readonly topic: string;
  readonly record: OutgoingRecord;
}

/** Milliseconds that one send may take; a third of the time for which a relay surely has its lease. */
export const SEND_LIMIT_MS = 3_000;

/** One kafkajs producer and the sockets under it. */
interface Link {
  readonly producer: Producer;
  readonly sockets: RevocableSockets;
  readonly connected: Promise<void>;
}

/**
 * Writes to the broker. A promise kept means that all in-sync replicas have it. A promise broken means that nothing leaves
 * this process for it any more: whoever was let down may leave the work to another process. Not idempotent in kafkajs'
 * sense: that one retries for ever; consumers dedupe by event id.
 */
@Injectable()
export class EventProducer {
  #link: Link | undefined;

  constructor(private readonly connection: KafkaConnection) {}

  /** So that a send need not spend its time on it. @throws when it takes longer than a send may */
  connect(): Promise<void> {
    return this.#over(performance.now() + SEND_LIMIT_MS, ({ connected }) => connected);
  }

  /**
   * All of them in one request per broker, tried once.
   * @param deadline until when it may take, on the monotonic clock
   * @throws when one was not acknowledged by then; any may have been, but what the broker has not got by now it never gets
   */
  send(messages: readonly OutgoingMessage[], deadline = performance.now() + SEND_LIMIT_MS): Promise<void> {
    return this.#over(deadline, (link) => this.#sendOver(link, messages));
  }

  async disconnect(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    await link.connected.catch(() => undefined);
    await link.producer.disconnect();
  }

  async #over(deadline: number, work: (link: Link) => Promise<void>): Promise<void> {
    const link = (this.#link ??= this.#open());
    try {
      await before(deadline, () => work(link));
    } catch (error) {
      // Also when only one of several brokers refused: the request to another may still be on its way.
      this.#giveUp(link);
      throw error;
    }
  }

  #open(): Link {
    const sockets = new RevocableSockets();
    const producer = this.connection
      .client({ requestTimeout: SEND_LIMIT_MS, socketFactory: sockets.open })
      .producer({
        allowAutoTopicCreation: false,
        idempotent: false,
        createPartitioner: partitionByKey,
        // The relay tries again itself, as long as it has its lease.
        retry: { ...kafkaRetry, retries: 0 },
      });
    const connected = producer.connect();
    connected.catch(() => undefined);
    return { producer, sockets, connected };
  }

  async #sendOver({ connected, producer }: Link, messages: readonly OutgoingMessage[]): Promise<void> {
    await connected;
    const perTopic = new Map<string, OutgoingRecord[]>();
    for (const { topic, record } of messages) {
      const ofTopic = perTopic.get(topic);
      if (ofTopic) ofTopic.push(record);
      else perTopic.set(topic, [record]);
    }
    const topicMessages = [...perTopic].map(([topic, records]) => ({
      topic: this.connection.topicName(topic),
      // kafkajs only looks at their keys: see kafkajs-records.ts.
      messages: records as Message[],
    }));
    await producer.sendBatch({ acks: -1, timeout: SEND_LIMIT_MS, topicMessages });
  }

  #giveUp(link: Link): void {
    if (this.#link === link) this.#link = undefined;
    link.sockets.revoke();
    void link.producer.disconnect().catch(() => undefined);
  }
}

/** What `work` gives. @throws when the deadline passes before; it is not begun when that has passed already */
async function before<T>(deadline: number, work: () => Promise<T>): Promise<T> {
  const ms = deadline - performance.now();
  if (ms <= 0) throw late();
  const passed = Promise.withResolvers<never>();
  const timer = setTimeout(() => passed.reject(late()), ms);
  try {
    return await Promise.race([work(), passed.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function late(): Error {
  return Object.assign(new Error('not acknowledged by the broker in time'), { name: 'TimeoutError' });
}
