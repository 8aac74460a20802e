import { Injectable } from '@nestjs/common';
import { Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { KafkaConnection, kafkaRetry } from './kafka-connection.js';

export interface OutgoingMessage {
  /** As the contracts name it; the namespace is put before it here. */
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Writes to the broker. A promise kept means that all in-sync replicas have it. Not idempotent in kafkajs' sense: that
 * one retries for ever; consumers dedupe by event id.
 */
@Injectable()
export class EventProducer {
  readonly #producer: Producer;
  #connected: Promise<void> | undefined;

  constructor(private readonly connection: KafkaConnection) {
    this.#producer = connection.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      // Murmur2 over the key, as the Java clients do: other teams' producers agree with ours on the partition.
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: kafkaRetry,
    });
  }

  /** All of them in one request per broker. @throws when one was not acknowledged within a few tries; any may have been */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.#connect();
    const topicMessages: TopicMessages[] = [...Map.groupBy(messages, ({ topic }) => topic)].map(
      ([topic, ofTopic]) => ({
        topic: this.connection.topicName(topic),
        messages: ofTopic.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
      }),
    );
    await this.#producer.sendBatch({ acks: -1, topicMessages });
  }

  async disconnect(): Promise<void> {
    if (!this.#connected) return;
    await this.#connected.catch(() => undefined);
    this.#connected = undefined;
    await this.#producer.disconnect();
  }

  #connect(): Promise<void> {
    this.#connected ??= this.#producer.connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }
}
