import { type ServiceName, serviceNames, topicName, topics } from '#contracts';
import {
  type Servers,
  type ServiceDatabaseUrls,
  createServiceDatabase,
  createTopics,
  findOrStartServers,
  withoutPassword,
} from '#servers';
import { type GivenServers, givenOnes, rememberGiven } from './given-record.js';
import {
  DEFAULT_NAMESPACE,
  databaseNames,
  holdNamespace,
  namespaceOf,
  throwawayNamespace,
} from './namespace.js';
import type { StackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';

/** What the services stand on. */
export interface Infrastructure {
  servers: Servers;
  /** Only with given servers, or where it was asked for; the services prefix topics, groups and keys with it. */
  namespace: string | undefined;
  databases: Record<ServiceName, ServiceDatabaseUrls & { appRole: string }>;
  /** Settles when the topics are there; migrations need not wait for it. */
  topicsReady: Promise<void>;
}

export interface FoundServers {
  servers: Servers;
  namespace: string | undefined;
  /** Those that the environment named; undefined when there are none. */
  given: GivenServers | undefined;
}

/**
 * Finds or starts the servers. On given ones the namespace is kept from other stacks until the servers are stopped, and
 * what is to be made there is noted among the records first, for a later reset. A throw-away stack has a namespace of
 * its own there.
 * @throws StackFailure when another stack has the namespace
 */
export async function startServers(place: {
  folder: StackFolder;
  records: StackFolder;
  env: NodeJS.ProcessEnv;
  throwaway: boolean;
  progress: (line: string) => void;
}): Promise<FoundServers> {
  const { folder, records, env, throwaway, progress } = place;
  const wanted = namespaceOf(env);
  const base = wanted ?? DEFAULT_NAMESPACE;
  const data = { kind: 'kept', dir: folder.servers } as const;
  const servers = await findOrStartServers({ env, data, progress, mayInstall: true });
  const given = givenOnes(servers, throwaway ? throwawayNamespace(base) : base);
  if (given === undefined) return { servers, namespace: wanted, given };
  try {
    const release = await claimNamespace(given);
    await rememberGiven(records, given);
    const stop = (): Promise<void> => release().then(() => servers.stop());
    return { servers: { ...servers, stop }, namespace: given.namespace, given };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** Without a given PostgreSQL there is nobody to ask, and nothing of value to lose. */
async function claimNamespace({ namespace, postgresUrl }: GivenServers): Promise<() => Promise<void>> {
  if (postgresUrl === undefined) return async () => undefined;
  const held = await holdNamespace(postgresUrl, namespace);
  if (held !== undefined) return () => held.release();
  throw new StackFailure(
    `Another stack runs on namespace ${namespace} at ${withoutPassword(postgresUrl)}: ` +
      `stop it, or choose another namespace, such as NAMESPACE=${namespace.slice(0, 38)}-2 npm start`,
  );
}

/** Makes each service's database and starts making the topics. */
export async function prepareServers(
  servers: Servers,
  namespace: string | undefined,
): Promise<Infrastructure> {
  const topicsReady = createTopics(
    servers.kafkaBrokers,
    topics.map((topic) => ({ ...topic, name: topicName(namespace, topic.name) })),
  ).then(() => undefined);
  // Whoever awaits it later gets the failure; until then it must not end the process.
  topicsReady.catch(() => undefined);
  const making = serviceNames.map(async (service) => {
    const names = databaseNames(namespace ?? DEFAULT_NAMESPACE, service);
    const urls = await createServiceDatabase(servers.postgresUrl, names);
    return [service, { ...urls, appRole: names.appRole }] as const;
  });
  // Nothing may still be coming into being when a failure lets the caller clean up.
  await Promise.allSettled(making);
  const made = await Promise.all(making).catch(async (error: unknown) => {
    await topicsReady.catch(() => undefined);
    throw error;
  });
  return {
    servers,
    namespace,
    topicsReady,
    databases: Object.fromEntries(made) as Infrastructure['databases'],
  };
}

/** Lines to paste into a shell, to run single services by hand on these servers. */
export function exportLines({ servers, namespace, databases }: Infrastructure): string[] {
  const shared = {
    DATABASE_URL: servers.postgresUrl,
    REDIS_URL: servers.redisUrl,
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    ...(namespace === undefined ? {} : { NAMESPACE: namespace }),
  };
  const own = serviceNames.flatMap((service) => {
    const { appUrl, ownerUrl, appRole } = databases[service];
    return [
      `# ${service}: DATABASE_URL='${appUrl}'`,
      `#   migrations: DATABASE_OWNER_URL='${ownerUrl}' DATABASE_APP_ROLE='${appRole}'`,
    ];
  });
  return [...Object.entries(shared).map(([name, value]) => `export ${name}='${value}'`), ...own];
}
