import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { type EventName, type ServiceName, type TopicName, topics } from '#contracts';
import { createTopics, dropRedisKeysWithPrefix } from '#servers';
import { recordOf, type TestFact } from '../facts/test-fact.js';
import { testServers } from '../test-servers.js';
import { type CollectedRecord, TopicCollector } from './topic-collector.js';

/** A topic of the contracts, or `<service>.dead-letter.v1`. */
type AnyTopic = TopicName | `${ServiceName}.dead-letter.v1`;

/** A record that is no valid fact, byte for byte as given. */
export interface RawRecord {
  raw: {
    key?: string | Buffer | null;
    value: string | Buffer | null;
    headers?: Record<string, string | Buffer>;
    partition?: number;
  };
}

/** A corner of the run's Kafka and Redis that no other test file touches. */
export interface TestNamespace {
  /** Goes into a service's `NAMESPACE`. */
  namespace: string;
  redisUrl: string;
  kafkaBrokers: string[];
  /** What a service needs to know to work in here. */
  env: { NAMESPACE: string; REDIS_URL: string; KAFKA_BROKERS: string };
  /** Acknowledged by the broker when it resolves. Gives the event's id, or `''` for a raw record. */
  produce<T extends TopicName>(
    topic: T,
    record: Omit<TestFact<T, EventName<T>>, 'topic'> | RawRecord,
  ): Promise<string>;
  /** Many facts of one topic, in their order. */
  produceAll<T extends TopicName>(
    topic: T,
    facts: readonly Omit<TestFact<T, EventName<T>>, 'topic'>[],
  ): Promise<void>;
  /** All records of a topic from its beginning on; the array goes on growing. The same one at every call. */
  collect(topic: AnyTopic): Promise<readonly CollectedRecord[]>;
  stop(): Promise<void>;
}

/** A request to the broker may have a megabyte. */
const RECORDS_AT_ONCE = 500;

interface NamespaceOptions {
  /** These topics; all of the contracts and the services' dead letters when left out. */
  readonly only?: readonly AnyTopic[];
  /** Two each, unless as many are wanted as the contracts say: order across partitions is never taken for granted. */
  readonly asInProduction?: boolean;
}

/** Makes a namespace with its topics. */
export async function testNamespace({
  only,
  asInProduction = false,
}: NamespaceOptions = {}): Promise<TestNamespace> {
  const { kafkaBrokers, redisUrl, prefix } = testServers();
  const namespace = `${prefix}-${randomBytes(4).toString('hex')}`;
  const wanted = topics.filter(({ name }) => only?.some((asked) => asked === name) ?? true);
  const created = wanted.map((topic) => ({
    ...topic,
    name: `${namespace}.${topic.name}`,
    partitions: asInProduction ? topic.partitions : 2,
  }));
  await createTopics(kafkaBrokers, created);
  const kafka = new Kafka({ clientId: namespace, brokers: kafkaBrokers, logLevel: logLevel.NOTHING });
  const collectors = new Map<string, TopicCollector>();
  let producer: Promise<Producer> | undefined;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await Promise.allSettled([...collectors.values()].map((collector) => collector.stop()));
    await producer?.then((connected) => connected.disconnect());
    await deleteTopics(
      kafka.admin(),
      created.map(({ name }) => name),
    );
    await dropRedisKeysWithPrefix(redisUrl, `${namespace}:`);
  };
  return {
    namespace,
    redisUrl,
    kafkaBrokers,
    env: { NAMESPACE: namespace, REDIS_URL: redisUrl, KAFKA_BROKERS: kafkaBrokers.join(',') },
    produce: async (topic, record) => {
      const { eventId, ...message } = 'raw' in record ? rawMessage(record) : recordOf({ ...record, topic });
      producer ??= connectedProducer(kafka);
      await (await producer).send({ topic: `${namespace}.${topic}`, acks: -1, messages: [message] });
      return eventId;
    },
    produceAll: async (topic, facts) => {
      producer ??= connectedProducer(kafka);
      for (let start = 0; start < facts.length; start += RECORDS_AT_ONCE) {
        const messages = facts
          .slice(start, start + RECORDS_AT_ONCE)
          .map((fact) => recordOf({ ...fact, topic }));
        await (await producer).send({ topic: `${namespace}.${topic}`, acks: -1, messages });
      }
    },
    collect: async (topic) => {
      let collector = collectors.get(topic);
      if (collector === undefined) {
        collector = new TopicCollector(kafka, namespace, topic);
        collectors.set(topic, collector);
      }
      return collector.start();
    },
    stop: () => (stopped ??= stop()),
  };
}

function rawMessage({ raw }: RawRecord) {
  const { key = null, value, headers = {}, partition } = raw;
  return { eventId: '', key, value, headers, ...(partition === undefined ? {} : { partition }) };
}

async function connectedProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return producer;
}

async function deleteTopics(admin: Admin, names: string[]): Promise<void> {
  try {
    await admin.connect();
    await admin.deleteTopics({ topics: names });
  } catch {
    // They go with the run's servers or, on given ones, in the run's teardown.
  } finally {
    await admin.disconnect();
  }
}
