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

function headerPairs(headers: IHeaders): [string, Buffer][] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value): [string, Buffer][] => {
      if (value === undefined || value === null) return [];
      return [[name, typeof value === 'string' ? Buffer.from(value) : value]];
    }),
  );
}
