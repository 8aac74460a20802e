import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Servers, brokerList } from '#servers';
import type { StackFolder } from './stack-folder.js';

/** Given servers on which a stack of this clone has made things, so that a reset finds them again. */
export interface GivenServers {
  namespace: string;
  postgresUrl?: string;
  redisUrl?: string;
  kafkaBrokers?: string[];
}

/** Those of the servers that the environment named; undefined when there are none. */
export function givenOnes(servers: Servers, namespace: string): GivenServers | undefined {
  const { origin } = servers;
  const given = {
    ...(origin.postgres === 'environment' ? { postgresUrl: servers.postgresUrl } : {}),
    ...(origin.redis === 'environment' ? { redisUrl: servers.redisUrl } : {}),
    ...(origin.kafka === 'environment' ? { kafkaBrokers: servers.kafkaBrokers } : {}),
  };
  return Object.keys(given).length === 0 ? undefined : { namespace, ...given };
}

/** Those that the environment names right now. */
export function givenByEnvironment(env: NodeJS.ProcessEnv, namespace: string): GivenServers {
  const brokers = brokerList(env['KAFKA_BROKERS'] ?? '');
  return {
    namespace,
    ...(env['DATABASE_URL'] ? { postgresUrl: env['DATABASE_URL'] } : {}),
    ...(env['REDIS_URL'] ? { redisUrl: env['REDIS_URL'] } : {}),
    ...(brokers.length > 0 ? { kafkaBrokers: brokers } : {}),
  };
}

/**
 * Notes given servers, once. A file for each, so that several stacks do not write over each other's; for its owner alone,
 * as addresses hold passwords.
 */
export async function rememberGiven(folder: StackFolder, given: GivenServers): Promise<void> {
  await writeFile(recordOf(folder, given), JSON.stringify(given), { mode: 0o600 });
}

export async function forgetGiven(folder: StackFolder, given: GivenServers): Promise<void> {
  await rm(recordOf(folder, given), { force: true });
}

export async function rememberedGiven(folder: StackFolder): Promise<GivenServers[]> {
  const names = await readdir(folder.root).catch(() => []);
  const records = names.filter((name) => /^given-.*\.json$/.test(name)).sort();
  const texts = await Promise.all(records.map((name) => readFile(join(folder.root, name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as GivenServers);
}

function recordOf(folder: StackFolder, given: GivenServers): string {
  const hash = createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 16);
  return join(folder.root, `given-${hash}.json`);
}
