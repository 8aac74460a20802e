import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createClient } from 'redis';
import { cloneRoot, createTopics, freePorts } from '#servers';
import { testServers } from '#testkit';
import { rememberedGiven } from './given-record.js';
import { prepareServers, startServers } from './infrastructure.js';
import { reset } from './reset.js';
import type { StackFolder } from './stack-folder.js';

const { postgresUrl, redisUrl, kafkaBrokers, prefix } = testServers();
const given = { DATABASE_URL: postgresUrl, REDIS_URL: redisUrl, KAFKA_BROKERS: kafkaBrokers.join(',') };

let namespace: string;
let folder: StackFolder;
let other: StackFolder;
beforeEach(async () => {
  namespace = `${prefix.slice(0, 24)}-${randomBytes(3).toString('hex')}`;
  [folder, other] = [await emptyFolder(), await emptyFolder()];
});
afterEach(async () => {
  for (const { root } of [folder, other]) await rm(root, { recursive: true, force: true });
});

const start = (place: StackFolder, throwaway = false): ReturnType<typeof startServers> =>
  startServers({
    folder: place,
    records: place,
    env: { ...process.env, ...given, NAMESPACE: namespace },
    throwaway,
    progress: () => undefined,
  });

describe('a stack on given servers', () => {
  it('keeps its namespace from other stacks until it is stopped', async () => {
    const first = await start(folder);
    expect(first.namespace).toBe(namespace);
    await expect(start(other)).rejects.toThrow(
      new RegExp(
        `^Another stack runs on namespace ${namespace} at [^\n]*NAMESPACE=${namespace}-2 npm start$`,
      ),
    );
    // What is not its own it must not find at a reset, either.
    expect(await rememberedGiven(other)).toEqual([]);
    await first.servers.stop();
    const second = await start(other);
    await second.servers.stop();
  });

  it('that is throw-away has a namespace beside that of the one that runs', async () => {
    const lasting = await start(folder);
    const throwaway = await start(other, true);
    expect(throwaway.namespace).toMatch(new RegExp(`^${namespace.slice(0, 30)}-t[0-9a-f]{8}$`));
    expect(await rememberedGiven(other)).toMatchObject([{ namespace: throwaway.namespace }]);
    await Promise.all([lasting.servers.stop(), throwaway.servers.stop()]);
  });
});

describe('a reset on given servers', () => {
  it('refuses a namespace that no service would take, before it removes anything', async () => {
    await expect(reset({ ...given, NAMESPACE: 'Octopus.' }, folder)).rejects.toThrow('NAMESPACE must be');
    expect(existsSync(folder.root)).toBe(true);
  });

  it('drops nothing of a stack that runs there', async () => {
    const { servers } = await start(folder);
    await prepareServers(servers, namespace).then(({ topicsReady }) => topicsReady);
    await expect(reset({ ...given, NAMESPACE: namespace }, other)).rejects.toThrow(
      /a stack runs on namespace .*; stop it/,
    );
    expect(await leftOf(namespace)).toMatchObject({ databases: 5, roles: 10 });
    await servers.stop();
    await reset({}, folder);
  }, 60_000);

  it('drops exactly what a stack makes, and no topic that somebody else put behind the same name', async () => {
    const { servers } = await start(folder);
    await prepareServers(servers, namespace).then(({ topicsReady }) => topicsReady);
    const theirs = `${namespace}.theirs.v1`;
    await createTopics(kafkaBrokers, [{ name: theirs, partitions: 1, compacted: false }]);
    const redis = createClient({ url: redisUrl });
    await redis.connect();
    await redis.set(`${namespace}:key`, 1);
    await servers.stop();
    // The record of the start tells it where, and under which namespace.
    await reset({}, folder);
    expect(await leftOf(namespace)).toEqual({ databases: 0, roles: 0, topics: [theirs] });
    expect(await redis.exists(`${namespace}:key`)).toBe(0);
    expect(existsSync(folder.root)).toBe(false);
    redis.destroy();
  }, 60_000);
});

describe('npm start -- --throwaway on given servers', () => {
  it('leaves nothing behind', async () => {
    const [port] = await freePorts(1);
    const stack = spawn(
      process.execPath,
      [
        join(cloneRoot(), 'dist/tools/stack/src/main.js'),
        'start',
        '--infra-only',
        '--throwaway',
        '--port',
        `${port}`,
      ],
      { env: { ...process.env, ...given, NAMESPACE: namespace }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    const closed = once(stack, 'close');
    const ready = new Promise((resolve) => {
      stack.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('\nReady')) resolve('ready');
      });
    });
    expect(await Promise.race([ready, closed.then(() => output)])).toBe('ready');
    expect(output).toMatch(new RegExp(`export NAMESPACE='${namespace.slice(0, 30)}-t[0-9a-f]{8}'`));
    expect(await leftOf(namespace)).toMatchObject({ databases: 5, roles: 10 });
    stack.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(await leftOf(namespace)).toEqual({ databases: 0, roles: 0, topics: [] });
  }, 120_000);
});

/** What there is on the servers whose name begins with this. */
async function leftOf(beginning: string): Promise<{ databases: number; roles: number; topics: string[] }> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query<{ databases: number; roles: number }>(
    `SELECT (SELECT count(*)::int FROM pg_database WHERE starts_with(datname, $1)) AS databases,
            (SELECT count(*)::int FROM pg_roles WHERE starts_with(rolname, $1)) AS roles`,
    [beginning],
  );
  await client.end();
  const admin = new Kafka({ brokers: kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(beginning));
  await admin.disconnect();
  return { ...(rows[0] ?? { databases: -1, roles: -1 }), topics };
}

async function emptyFolder(): Promise<StackFolder> {
  const root = await mkdtemp(join(tmpdir(), 'octopus-given-'));
  const made = {
    root,
    servers: join(root, 'servers'),
    images: join(root, 'images'),
    logs: join(root, 'logs'),
  };
  await mkdir(made.logs);
  return made;
}
