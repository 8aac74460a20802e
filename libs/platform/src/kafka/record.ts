import type { IHeaders, KafkaMessage } from 'kafkajs';

/** A record as it came from the broker, before anything is believed of it; also what a dead letter keeps. */
export interface ReceivedRecord {
  /** As the contracts name it. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  /** null: a tombstone. */
  readonly value: Buffer | null;
  /** In the order in which they came; a name may repeat. */
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

export function receivedRecord(topic: string, partition: number, message: KafkaMessage): ReceivedRecord {
  const { offset, key, value, headers } = message;
  return { topic, partition, offset, key, value, headers: headerPairs(headers ?? {}) };
}

/** A loop: a dozen headers per record, in calls of their own, cost more than reading its value. */
function headerPairs(headers: IHeaders): [string, Buffer][] {
  const pairs: [string, Buffer][] = [];
  for (const name in headers) {
    const values: Value | Value[] = headers[name];
    if (Array.isArray(values)) for (const value of values) add(pairs, name, value);
    else add(pairs, name, values);
  }
  return pairs;
}

type Value = string | Buffer | null | undefined;

function add(pairs: [string, Buffer][], name: string, value: Value): void {
  if (value === undefined || value === null) return;
  pairs.push([name, typeof value === 'string' ? Buffer.from(value) : value]);
}
