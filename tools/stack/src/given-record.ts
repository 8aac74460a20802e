import { readFile, writeFile } from 'node:fs/promises';
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

/** Notes given servers, once; the file is for its owner alone, as addresses hold passwords. */
export async function rememberGiven(folder: StackFolder, given: GivenServers): Promise<void> {
  const known = await rememberedGiven(folder);
  const texts = new Set([...known, given].map((one) => JSON.stringify(one)));
  await writeFile(recordOf(folder), `[${[...texts].join(',')}]`, { mode: 0o600 });
}

export async function rememberedGiven(folder: StackFolder): Promise<GivenServers[]> {
  const text = await readFile(recordOf(folder), 'utf8').catch(() => '[]');
  return JSON.parse(text) as GivenServers[];
}

function recordOf(folder: StackFolder): string {
  return join(folder.root, 'given-servers.json');
}
