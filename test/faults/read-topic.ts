import { type EachMessagePayload, Kafka, logLevel } from 'kafkajs';
import { type Envelope, fromHeaders } from '#contracts';
import { newId } from '#testkit';

export interface ReadRecord {
  key: string;
  envelope: Envelope;
  data: unknown;
}

/** Everything that lies on a topic now, from its first record to its last. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReadRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const ends = await endsOf(kafka, topic);
  const records: ReadRecord[] = [];
  if (ends.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `fault-reader-${newId()}`, maxWaitTimeInMs: 100 });
  const { promise: atTheEnd, resolve } = Promise.withResolvers<void>();
  const take = async ({ partition, message }: EachMessagePayload): Promise<void> => {
    const record = asRecord(message);
    if (record !== undefined) records.push(record);
    if (Number(message.offset) + 1 >= (ends.get(partition) ?? 0)) ends.delete(partition);
    if (ends.size === 0) resolve();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: take });
    await atTheEnd;
  } finally {
    await consumer.disconnect();
  }
  return records;
}

/** Per partition that is not empty, the offset behind its last record. */
async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets
        .filter(({ low, high }) => Number(high) > Number(low))
        .map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}

function asRecord({ key, value, headers = {} }: EachMessagePayload['message']): ReadRecord | undefined {
  const text = Object.entries(headers).map(([name, header]) => [name, String(header)]);
  const envelope = fromHeaders(Object.fromEntries(text) as Record<string, string>);
  if ('problem' in envelope || value === null) return undefined;
  return { key: key?.toString() ?? '', envelope, data: JSON.parse(value.toString()) as unknown };
}
