import type { Consumer, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { type Envelope, fromHeaders } from '#contracts';

/** One record as it lies on a topic. */
export interface CollectedRecord {
  partition: number;
  offset: string;
  key: string | null;
  headers: Record<string, string>;
  /** As text; null for a tombstone. */
  value: string | null;
  /** Absent when the headers are none of ours. */
  envelope?: Envelope;
  /** The value as JSON; undefined when it is none. */
  data: unknown;
}

/** Reads one topic from its beginning on. */
export class TopicCollector {
  readonly #records: CollectedRecord[] = [];
  readonly #consumer: Consumer;
  readonly #topic: string;
  #started: Promise<void> | undefined;

  constructor(kafka: Kafka, namespace: string, topic: string) {
    this.#topic = `${namespace}.${topic}`;
    this.#consumer = kafka.consumer({ groupId: `${namespace}.collect.${topic}`, maxWaitTimeInMs: 100 });
  }

  async start(): Promise<readonly CollectedRecord[]> {
    this.#started ??= this.#run();
    await this.#started;
    return this.#records;
  }

  async stop(): Promise<void> {
    await this.#consumer.disconnect();
  }

  async #run(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await this.#consumer.run({
      eachMessage: async ({ partition, message }) => {
        this.#records.push(collected(partition, message));
      },
    });
  }
}

function collected(partition: number, message: KafkaMessage): CollectedRecord {
  const headers = textHeaders(message.headers ?? {});
  const envelope = fromHeaders(headers);
  const value = message.value?.toString() ?? null;
  return {
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? null,
    headers,
    value,
    ...('problem' in envelope ? {} : { envelope }),
    data: json(value),
  };
}

function textHeaders(headers: IHeaders): Record<string, string> {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}

function json(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
