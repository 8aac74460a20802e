import { type ServiceName, serviceNames, topics } from '#contracts';
import {
  type Servers,
  type ServiceDatabaseUrls,
  createServiceDatabase,
  createTopics,
  findOrStartServers,
} from '#servers';
import { givenOnes, rememberGiven } from './given-record.js';
import { DEFAULT_NAMESPACE, databaseNames, topicName } from './namespace.js';
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

/** Finds or starts the servers. What a stack makes on given servers is noted first, for a later reset. */
export async function startServers(
  folder: StackFolder,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<{ servers: Servers; namespace: string | undefined }> {
  const wanted = env['NAMESPACE'] || undefined;
  if (wanted !== undefined && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(wanted)) {
    throw new StackFailure('NAMESPACE must be up to 40 lower-case letters, digits and hyphens');
  }
  const data = { kind: 'kept', dir: folder.servers } as const;
  const servers = await findOrStartServers({ env, data, progress, mayInstall: true });
  const given = givenOnes(servers, wanted ?? DEFAULT_NAMESPACE);
  if (given !== undefined) await rememberGiven(folder, given);
  return { servers, namespace: given?.namespace ?? wanted };
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
  const made = await Promise.all(
    serviceNames.map(async (service) => {
      const names = databaseNames(namespace ?? DEFAULT_NAMESPACE, service);
      const urls = await createServiceDatabase(servers.postgresUrl, names);
      return [service, { ...urls, appRole: names.appRole }] as const;
    }),
  );
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
