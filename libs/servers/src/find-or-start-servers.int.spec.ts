import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createClient } from 'redis';
import { isAlive, removeFolder } from './data-folder.js';
import { findOrStartServers } from './find-or-start-servers.js';
import { freePorts } from './free-port.js';
import {
  createTopics,
  dropConsumerGroups,
  dropConsumerGroupsWithPrefix,
  dropTopics,
  dropTopicsWithPrefix,
} from './kafka-topics.js';
import { dropRedisKeysWithPrefix } from './redis-keys.js';
import { createServiceDatabase, dropServiceDatabase } from './service-database.js';
import { type Servers, ServerUnavailable } from './servers.js';

// Servers of our own, whatever the environment names: some of these tests stop them.
const { DATABASE_URL: _database, REDIS_URL: _redis, KAFKA_BROKERS: _kafka, ...env } = process.env;

describe('servers that we start', () => {
  let servers: Servers;

  beforeAll(async () => {
    servers = await findOrStartServers({ env, data: { kind: 'throwaway' } });
  }, 180_000);
  afterAll(() => servers.stop(), 30_000);

  const names = { database: 'octopus_try', ownerRole: 'octopus_try_owner', appRole: 'octopus_try_app' };

  it('gives a service an owner and an app role that is bound by row-level security', async () => {
    const first = await createServiceDatabase(servers.postgresUrl, names);
    const { ownerUrl, appUrl } = await createServiceDatabase(servers.postgresUrl, names);
    await query(ownerUrl, 'CREATE TABLE thing (id int)');
    await expect(query(appUrl, 'SELECT * FROM thing')).rejects.toThrow('permission denied');
    await expect(query(appUrl, 'CREATE TABLE other (id int)')).rejects.toThrow('permission denied');
    await expect(query(first.appUrl, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const [role] = await query(
      servers.postgresUrl,
      `SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'octopus_try_app'`,
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false });
  });

  it('needs no superuser to make and drop a database', async () => {
    await query(servers.postgresUrl, `CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'maker'`);
    const maker = new URL(servers.postgresUrl);
    maker.username = 'maker';
    maker.password = 'maker';
    const made = { database: 'made', ownerRole: 'made_owner', appRole: 'made_app' };
    for (let time = 0; time < 2; time += 1) {
      const { ownerUrl } = await createServiceDatabase(maker.href, made);
      await query(ownerUrl, 'CREATE TABLE IF NOT EXISTS thing (id int)');
    }
    await dropServiceDatabase(maker.href, made);
    await dropServiceDatabase(maker.href, made);
    const left = await query(servers.postgresUrl, `SELECT 1 FROM pg_roles WHERE rolname LIKE 'made%'`);
    expect(left).toEqual([]);
  });

  it('creates topics once and drops only those of a prefix', async () => {
    const topics = [
      { name: 'mine.a', partitions: 3, compacted: true },
      { name: 'mine.b', partitions: 1, compacted: false },
      { name: 'other.a', partitions: 1, compacted: false },
    ];
    expect(await createTopics(servers.kafkaBrokers, topics)).toHaveLength(3);
    expect(await createTopics(servers.kafkaBrokers, topics)).toEqual([]);
    expect(await dropTopicsWithPrefix(servers.kafkaBrokers, 'mine.')).toEqual(['mine.a', 'mine.b']);
    expect(await createTopics(servers.kafkaBrokers, topics)).toEqual(['mine.a', 'mine.b']);
    // By name: those that are there, and none besides.
    expect(await dropTopics(servers.kafkaBrokers, ['mine.a', 'mine.c'])).toEqual(['mine.a']);
    expect(await createTopics(servers.kafkaBrokers, topics)).toEqual(['mine.a']);
  });

  it('drops consumer groups of a prefix', async () => {
    const kafka = new Kafka({ brokers: servers.kafkaBrokers, logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: 'mine:group', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'other.a' });
    const fetched = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
    await consumer.run({ eachMessage: async () => undefined });
    // Leaving before the first fetch would overtake the joining, which kafkajs does not survive.
    await fetched;
    await consumer.disconnect();
    expect(await dropConsumerGroups(servers.kafkaBrokers, ['mine', 'mine:'])).toEqual([]);
    expect(await dropConsumerGroupsWithPrefix(servers.kafkaBrokers, 'mine:')).toEqual(['mine:group']);
  }, 120_000);

  it('removes only the keys of a prefix', async () => {
    const redis = createClient({ url: servers.redisUrl });
    await redis.connect();
    for (let n = 0; n < 2_500; n += 1) void redis.set(`mine*:{c:${n}}`, n);
    await redis.set('mine-not', 1);
    expect(await dropRedisKeysWithPrefix(servers.redisUrl, 'mine*:')).toBe(2_500);
    expect(await redis.keys('*')).toEqual(['mine-not']);
    redis.destroy();
  });

  it('takes servers that the environment names and leaves them alone', async () => {
    const given = {
      ...env,
      DATABASE_URL: servers.postgresUrl,
      REDIS_URL: servers.redisUrl,
      KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    };
    const found = await findOrStartServers({ env: given, data: { kind: 'throwaway' } });
    expect(found.origin).toEqual({ postgres: 'environment', redis: 'environment', kafka: 'environment' });
    await found.stop();
    expect(await query(servers.postgresUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('servers with kept data', () => {
  it('come back with their data, on other ports too', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'octopus-kept-'));
    const start = (): Promise<Servers> =>
      findOrStartServers({ env, data: { kind: 'kept', dir }, only: ['postgres', 'redis'] });
    const first = await start();
    await query(first.postgresUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    expect(first.pids.filter(isAlive)).toEqual([]);
    const second = await start();
    expect(second.postgresUrl).toBe(first.postgresUrl);
    expect(await query(second.postgresUrl, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await second.stop();
    await removeFolder(dir);
  }, 120_000);
});

describe('servers that cannot be had', () => {
  it.each([
    ['DATABASE_URL', 'postgres', 'postgres://ann:s3cret@127.0.0.1:PORT/postgres'],
    ['REDIS_URL', 'redis', 'redis://:s3cret@127.0.0.1:PORT'],
    ['KAFKA_BROKERS', 'kafka', '127.0.0.1:PORT'],
  ] as const)('names %s when nothing answers there', async (variable, kind, address) => {
    const [port = 0] = await freePorts(1);
    const given = { ...env, [variable]: address.replace('PORT', String(port)) };
    const finding = findOrStartServers({ env: given, data: { kind: 'throwaway' }, only: [kind] });
    const error = await finding.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ServerUnavailable);
    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}.*does not answer.*unset ${variable}`));
    expect(message).not.toMatch(/s3cret|\n/);
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
