import { serviceNames } from '#contracts';
import {
  dropConsumerGroups,
  dropRedisKeysWithPrefix,
  dropServiceDatabase,
  dropTopics,
  withoutPassword,
} from '#servers';
import type { GivenServers } from './given-record.js';
import { allConsumerGroups, allDatabaseNames, allTopicNames, holdNamespace } from './namespace.js';

/**
 * Drops what bears the namespace on given servers: the services' databases and roles, the topics of the contracts, the
 * services' consumer groups, keys. Nothing at all while a stack runs there.
 * @returns one line for each server that could not be cleaned
 */
export async function cleanGiven(given: GivenServers, progress: (line: string) => void): Promise<string[]> {
  const { namespace, postgresUrl } = given;
  if (postgresUrl === undefined) return dropAll(given, progress);
  const held = await holdNamespace(postgresUrl, namespace).catch(() => 'unreachable' as const);
  // It is left to the dropping to say why.
  if (held === 'unreachable') return dropAll(given, progress);
  if (held === undefined) {
    const shown = withoutPassword(postgresUrl);
    return [`${shown}: a stack runs on namespace ${namespace}; stop it and run this again`];
  }
  try {
    return await dropAll(given, progress);
  } finally {
    await held.release();
  }
}

async function dropAll(
  { namespace, postgresUrl, redisUrl, kafkaBrokers }: GivenServers,
  progress: (line: string) => void,
): Promise<string[]> {
  const jobs: [address: string, job: () => Promise<string>][] = [];
  if (postgresUrl !== undefined) jobs.push([postgresUrl, () => dropDatabases(postgresUrl, namespace)]);
  if (kafkaBrokers !== undefined)
    jobs.push([kafkaBrokers.join(','), () => dropFromBroker(kafkaBrokers, namespace)]);
  if (redisUrl !== undefined) jobs.push([redisUrl, () => dropKeys(redisUrl, namespace)]);
  const outcomes = await Promise.all(
    jobs.map(async ([address, job]) => {
      const shown = withoutPassword(address);
      try {
        progress(`${await job()} of namespace ${namespace} at ${shown}`);
        return [];
      } catch (error) {
        const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
        return [
          `${shown}: what is there of namespace ${namespace} could not be dropped (${reason}); run this again`,
        ];
      }
    }),
  );
  return outcomes.flat();
}

async function dropDatabases(postgresUrl: string, namespace: string): Promise<string> {
  for (const names of allDatabaseNames(namespace)) await dropServiceDatabase(postgresUrl, names);
  return `Dropped ${serviceNames.length} databases`;
}

async function dropFromBroker(brokers: string[], namespace: string): Promise<string> {
  const dropped = await dropTopics(brokers, allTopicNames(namespace));
  await dropConsumerGroups(brokers, allConsumerGroups(namespace));
  return `Dropped ${dropped.length} topics`;
}

async function dropKeys(redisUrl: string, namespace: string): Promise<string> {
  return `Removed ${await dropRedisKeysWithPrefix(redisUrl, `${namespace}:`)} keys`;
}
