import { afterEach, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { createClient } from 'redis';
import { topics } from '#contracts';
import { eventually } from '../eventually.js';
import { aUser } from '../facts/factories.js';
import { userFact } from '../facts/test-fact.js';
import { newId } from '../new-id.js';
import { testNamespace, type TestNamespace } from './test-namespace.js';

const made: TestNamespace[] = [];
const make = async (...options: Parameters<typeof testNamespace>): Promise<TestNamespace> => {
  const namespace = await testNamespace(...options);
  made.push(namespace);
  return namespace;
};

async function topicsOf({ kafkaBrokers, namespace }: TestNamespace): Promise<string[]> {
  const admin = new Kafka({ brokers: kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const names = (await admin.listTopics()).filter((name) => name.startsWith(`${namespace}.`));
  await admin.disconnect();
  return names;
}

describe('testNamespace', () => {
  afterEach(async () => {
    await Promise.all(made.splice(0).map((namespace) => namespace.stop()));
  });

  it('collects what was produced, whole, and goes on collecting', async () => {
    const namespace = await make({ only: ['platform.user.v1'] });
    const [tenantId, ana] = [newId(), aUser({ displayName: 'Ana' })];
    const id = await namespace.produce('platform.user.v1', userFact(tenantId, ana));
    const records = await namespace.collect('platform.user.v1');
    await eventually(() => expect(records).toHaveLength(1));
    expect(records[0]).toMatchObject({ key: ana.userId, data: ana, envelope: { id, tenantId, revision: 1 } });

    await namespace.produce('platform.user.v1', userFact(tenantId, ana, 2));
    await eventually(() => expect(records.map(({ envelope }) => envelope?.revision)).toEqual([1, 2]));
    expect(await namespace.collect('platform.user.v1')).toBe(records);
  });

  it('produces bytes that are no fact', async () => {
    const namespace = await make({ only: ['platform.user.v1'] });
    const key = Buffer.from('k');
    await namespace.produce('platform.user.v1', { raw: { key, value: '{', headers: { x: '1' } } });
    await namespace.produce('platform.user.v1', { raw: { key, value: null } });
    const records = await namespace.collect('platform.user.v1');
    await eventually(() => expect(records.map(({ value }) => value)).toEqual(['{', null]));
    expect(records[0]).toMatchObject({ key: 'k', headers: { x: '1' }, data: undefined });
    expect(records[0]).not.toHaveProperty('envelope');
  });

  it('makes every topic of the contracts, apart from those of other namespaces', async () => {
    const [one, other] = [await make(), await make({ only: ['catalog.dead-letter.v1'] })];
    expect((await topicsOf(one)).sort()).toEqual(topics.map(({ name }) => `${one.namespace}.${name}`).sort());
    expect(await topicsOf(other)).toEqual([`${other.namespace}.catalog.dead-letter.v1`]);
  });

  it('leaves nothing behind', async () => {
    const namespace = await make({ only: ['platform.user.v1'] });
    const redis = createClient({ url: namespace.redisUrl });
    await redis.connect();
    await redis.set(`${namespace.namespace}:gate`, '1');
    await namespace.stop();
    expect(await redis.exists(`${namespace.namespace}:gate`)).toBe(0);
    await redis.close();
    await eventually(async () => expect(await topicsOf(namespace)).toEqual([]));
  });
});
