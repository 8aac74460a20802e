import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { eventMap, type ServiceName, serviceNames, type TopicDefinition, type TopicName } from '#contracts';
import { eventually, newId, recordOf, type TestRecord } from '#testkit';
import { untilHandled } from './system/handled-events.js';
import { call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const tenantId = newId();

/** What nobody can handle, made of a good record; and the reason under which it is kept. */
const poisons: { what: string; reason: string; of: (good: TestRecord) => Partial<TestRecord> }[] = [
  { what: 'bytes without headers', reason: 'bad_headers', of: () => ({ value: 'rubbish', headers: {} }) },
  { what: 'half a document', reason: 'bad_json', of: ({ value }) => ({ value: value.slice(0, 20) }) },
  { what: 'a NUL', reason: 'bad_json', of: () => ({ value: '\0' }) },
  {
    what: 'a NUL in the correlation id of half a document',
    reason: 'bad_headers',
    of: ({ headers, value }) => ({
      headers: { ...headers, ce_correlationid: 'a\0b' },
      value: value.slice(0, 20),
    }),
  },
  { what: 'a document without its fields', reason: 'bad_schema', of: () => ({ value: '{}' }) },
  { what: 'null', reason: 'bad_schema', of: () => ({ value: 'null' }) },
  {
    what: 'a tenant that is no id',
    reason: 'bad_headers',
    of: ({ headers }) => ({ headers: { ...headers, ce_tenantid: "'; DROP TABLE coupon; --" } }),
  },
];

/** Facts that are taken only of what others have told: the samples tell one story, and these come at its end. */
const leaning: TopicName[] = ['catalog.cap-request.v1', 'platform.points-earned.v1'];

describe('poison on every consumed topic of every service', () => {
  let system: WholeSystem;
  let consumed: Record<ServiceName, TopicName[]>;
  beforeAll(async () => {
    system = await startWholeSystem();
    consumed = await consumedTopics(system);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  it('knows what is consumed from the broker itself', () => {
    expect(serviceNames.filter((service) => consumed[service].length === 0)).toEqual([]);
    expect(consumed.redemption).toEqual(expect.arrayContaining(['catalog.coupon.v1', 'platform.follow.v1']));
  });

  it('goes to the dead letters of each reader, with its bytes and a reason, and the partition goes on', async () => {
    const topics = [...new Set(Object.values(consumed).flat())];
    for (const topic of [...topics.filter((one) => !leaning.includes(one)), ...leaning]) {
      const poisoned = await poison(system, topic);
      const good = await produceGood(system, topic);
      for (const service of serviceNames.filter((one) => consumed[one].includes(topic))) {
        await untilHandled(system, service, [good]);
        expect({ service, topic, letters: await deadLetters(system, service, topic) }).toEqual({
          service,
          topic,
          letters: poisoned,
        });
      }
    }
  }, 120_000);

  it('is told on the dead-letter topic of each service, original bytes and all', async () => {
    for (const service of serviceNames) {
      const records = await system.namespace.collect(`${service}.dead-letter.v1`);
      const wanted = consumed[service].length * poisons.length;
      await eventually(() => expect(records.length).toBe(wanted));
      const rubbish = Buffer.from('rubbish').toString('base64');
      const told = records.filter(({ data }) => (data as { value: string | null }).value === rubbish);
      expect(told).toHaveLength(consumed[service].length);
    }
  });

  it('is shown to operators, who may replay it', async () => {
    const token = await system.issuer.token({ role: 'service', tenant: tenantId });
    const at = `${system.url}/targeting/v1/operations/dead-letters`;
    const list = await call<{ items: { deadLetterId: string; reason: string }[] }>('GET', at, { token });
    expect(list.body.items.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['bad_json', 'bad_headers']),
    );
    const [letter] = list.body.items;
    const replayed = await call('POST', `${at}/${letter?.deadLetterId}/replay`, { token });
    expect(replayed).toMatchObject({ status: 200, body: { outcome: 'rejected' } });
  });

  it('has ended no process and made none unhealthy', async () => {
    for (const process of Object.values(system.processes).flat()) {
      expect((await fetch(`${process.url}/health/ready`)).status).toBe(200);
    }
  });
});

/** Each reader's group tells what it reads: a consumer that somebody adds is in the test by itself. */
async function consumedTopics(system: WholeSystem): Promise<Record<ServiceName, TopicName[]>> {
  const { namespace, kafkaBrokers } = system.namespace;
  const admin = new Kafka({ brokers: kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const known = Object.keys(eventMap) as TopicName[];
    const offsets = async (service: ServiceName): Promise<TopicName[]> => {
      const { groups } = await admin.describeGroups([`${namespace}.${service}`]);
      const assigned =
        groups[0]?.members.map(({ memberAssignment }) => memberAssignment.toString('latin1')) ?? [];
      return known.filter((topic) => assigned.some((text) => text.includes(`${namespace}.${topic}`)));
    };
    const entries = await Promise.all(
      serviceNames.map(async (service) => [service, await offsets(service)] as const),
    );
    return Object.fromEntries(entries) as Record<ServiceName, TopicName[]>;
  } finally {
    await admin.disconnect();
  }
}

/** Everything goes to partition 0, so that what comes after the poison comes after it. Gives what must be kept. */
async function poison(
  system: WholeSystem,
  topic: TopicName,
): Promise<{ reason: string; value: string | null }[]> {
  const kept: { reason: string; value: string | null }[] = [];
  for (const { reason, of } of poisons) {
    const record = { ...goodRecord(topic), ...of(goodRecord(topic)) };
    await system.namespace.produce(topic, { raw: { ...record, partition: 0 } });
    kept.push({ reason, value: record.value });
  }
  await system.namespace.produce(topic, { raw: { key: 'gone', value: null, partition: 0 } });
  return kept;
}

async function produceGood(system: WholeSystem, topic: TopicName): Promise<string> {
  const { eventId, ...record } = goodRecord(topic);
  await system.namespace.produce(topic, { raw: { ...record, partition: 0 } });
  return eventId;
}

/** The contracts' own sample, as an event of its own. */
function goodRecord(topic: TopicName): TestRecord & { eventId: string } {
  const { events }: TopicDefinition = eventMap[topic];
  const [name = '', event] = Object.entries(events)[0] ?? [];
  return recordOf<TopicName>({
    topic,
    name: name as never,
    tenantId,
    key: newId(),
    subject: `sample/${newId()}`,
    revision: 1,
    data: asOfNow(event?.sample),
  });
}

/** What is booked once is taken for a year only. */
function asOfNow(sample: unknown): unknown {
  const now = new Date().toISOString();
  const data = sample as Record<string, unknown>;
  return {
    ...data,
    ...(data['earnedAt'] !== undefined && { earnedAt: now }),
    ...(data['purchasedAt'] !== undefined && { purchasedAt: now }),
    ...(data['requestedAt'] !== undefined && { requestedAt: now }),
  };
}

async function deadLetters(
  { databases }: WholeSystem,
  service: ServiceName,
  topic: TopicName,
): Promise<{ reason: string; value: string | null }[]> {
  const { rows } = await databases[service]
    .ownerPool()
    .query<{ reason: string; value: Buffer | null }>(
      `SELECT reason, message_value AS value FROM dead_letter WHERE topic LIKE '%' || $1 ORDER BY message_offset`,
      [topic],
    );
  return rows.map(({ reason, value }) => ({ reason, value: value?.toString() ?? null }));
}
