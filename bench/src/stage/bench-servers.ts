import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { cloneDataFolder, findOrStartServers, removeKeptServers, type Servers } from '#servers';
import { BenchRedis } from './bench-redis.js';

/** statfs(2): file systems that a power cut empties. */
const VOLATILE = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);
/** Without these a commit is no promise, and its speed means nothing. */
const REQUIRED = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

export interface BenchServers {
  readonly servers: Servers;
  readonly redis: BenchRedis;
  /** Process ids, for the cost ledger; none for servers that were given. */
  readonly pids: { readonly postgres: readonly number[]; readonly kafka: readonly number[] };
  readonly postgres: string;
  stop(): Promise<void>;
}

/**
 * PostgreSQL and Kafka as `npm start` would have them, durable, with data of their own that is removed at the end.
 * @throws when PostgreSQL would not keep what it has committed
 */
export async function startBenchServers(progress: (line: string) => void): Promise<BenchServers> {
  // Kept data, because throw-away PostgreSQL does without fsync; under a name by which the next run of tests would find
  // and remove what a killed bench has left.
  const dir = join(cloneDataFolder(), `throwaway-${process.pid}-bench`);
  const servers = await findOrStartServers({
    env: process.env,
    data: { kind: 'kept', dir },
    only: ['postgres', 'kafka'],
    mayInstall: true,
    progress,
  });
  const redis = await BenchRedis.start();
  const [postgres = [], kafka = []] = servers.pids.map((pid) => [pid]);
  // What libs/testkit reads; it makes databases and namespaces for us as for a test.
  process.env['OCTOPUS_TEST_POSTGRES_URL'] = servers.postgresUrl;
  process.env['OCTOPUS_TEST_REDIS_URL'] = redis.url;
  process.env['OCTOPUS_TEST_KAFKA_BROKERS'] = servers.kafkaBrokers.join(',');
  process.env['OCTOPUS_TEST_PREFIX'] = `octopus-b${randomBytes(4).toString('hex')}`;
  const stop = async (): Promise<void> => {
    await Promise.allSettled([servers.stop(), redis.stop()]);
    await removeKeptServers(dir, process.env);
  };
  try {
    return {
      servers,
      redis,
      pids: { postgres, kafka },
      postgres: await proveDurable(servers.postgresUrl),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns the server's version and the settings that matter, for the results file */
async function proveDurable(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [name, wanted] of Object.entries(REQUIRED)) {
      const value = await setting(client, name);
      if (value !== wanted) throw new Error(`PostgreSQL has ${name} = ${value}; the bench wants ${wanted}`);
    }
    const folder = await setting(client, 'data_directory');
    const fileSystem = VOLATILE.get((await statfs(join(folder, '..')).catch(() => ({ type: 0 }))).type);
    if (fileSystem !== undefined)
      throw new Error(`PostgreSQL's data lie on ${fileSystem}: set TMPDIR to a disk`);
    const shown = ['server_version', 'shared_buffers', 'max_wal_size', 'wal_sync_method'];
    const values: string[] = [];
    for (const name of shown) values.push(`${name} ${await setting(client, name)}`);
    return values.join(', ');
  } finally {
    await client.end();
  }
}

async function setting(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
  return rows[0]?.value ?? '';
}
