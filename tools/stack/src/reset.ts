import { serviceNames } from '#contracts';
import {
  dropConsumerGroupsWithPrefix,
  dropRedisKeysWithPrefix,
  dropServiceDatabase,
  dropTopicsWithPrefix,
  removeFolder,
  removeKeptServers,
  withoutPassword,
} from '#servers';
import { type GivenServers, givenByEnvironment, rememberedGiven } from './given-record.js';
import { DEFAULT_NAMESPACE, allDatabaseNames } from './namespace.js';
import { stackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';
import { stop } from './stop.js';

/**
 * `npm run stack:reset`: stops the stack and removes its data. On given servers, those of the environment and of the
 * starts since the last reset, it drops only what carries their NAMESPACE.
 * @throws StackFailure naming the given servers that could not be cleaned; everything else is done by then
 */
export async function reset(env: NodeJS.ProcessEnv): Promise<void> {
  await stop();
  const folder = stackFolder();
  const named = givenByEnvironment(env, env['NAMESPACE'] || DEFAULT_NAMESPACE);
  const failures: string[] = [];
  for (const given of [named, ...(await rememberedGiven(folder))]) failures.push(...(await clean(given)));
  await removeKeptServers(folder.servers, env);
  // The record of given servers stays until all of them are clean.
  if (failures.length > 0) throw new StackFailure(failures.join('\n'));
  await removeFolder(folder.root);
  console.log('The data of this clone is removed');
}

/** Returns one line for each server that could not be cleaned. */
async function clean({ namespace, postgresUrl, redisUrl, kafkaBrokers }: GivenServers): Promise<string[]> {
  const jobs: [string, () => Promise<void>][] = [];
  if (postgresUrl !== undefined) jobs.push([postgresUrl, () => dropDatabases(postgresUrl, namespace)]);
  if (kafkaBrokers !== undefined)
    jobs.push([kafkaBrokers.join(','), () => dropTopics(kafkaBrokers, namespace)]);
  if (redisUrl !== undefined) jobs.push([redisUrl, () => dropKeys(redisUrl, namespace)]);
  const outcomes = await Promise.all(
    jobs.map(async ([address, job]) => {
      try {
        await job();
        return [];
      } catch (error) {
        const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
        const shown = withoutPassword(address);
        return [
          `${shown}: what is there of namespace ${namespace} could not be dropped (${reason}); run this again`,
        ];
      }
    }),
  );
  return outcomes.flat();
}

async function dropDatabases(postgresUrl: string, namespace: string): Promise<void> {
  for (const names of allDatabaseNames(namespace)) await dropServiceDatabase(postgresUrl, names);
  console.log(
    `Dropped ${serviceNames.length} databases of namespace ${namespace} at ${withoutPassword(postgresUrl)}`,
  );
}

async function dropTopics(brokers: string[], namespace: string): Promise<void> {
  const dropped = await dropTopicsWithPrefix(brokers, `${namespace}.`);
  for (const end of [':', '.']) await dropConsumerGroupsWithPrefix(brokers, `${namespace}${end}`);
  console.log(`Dropped ${dropped.length} topics of namespace ${namespace} at ${brokers.join(',')}`);
}

async function dropKeys(redisUrl: string, namespace: string): Promise<void> {
  const removed = await dropRedisKeysWithPrefix(redisUrl, `${namespace}:`);
  console.log(`Removed ${removed} keys of namespace ${namespace} at ${withoutPassword(redisUrl)}`);
}
