import { namespacePattern, serviceNames, topicName, topics, type ServiceName } from '#contracts';
import type { ServiceDatabaseNames, TopicToCreate } from '#servers';

export interface DatabaseToProvision {
  service: ServiceName;
  names: ServiceDatabaseNames;
  passwords: { owner: string; app: string };
}

/** What one run is to make sure of. Without an administrator's address no databases, without brokers no topics. */
export interface ProvisionPlan {
  databases: { adminUrl: string; wanted: DatabaseToProvision[] } | undefined;
  topics: { brokers: string[]; wanted: TopicToCreate[] } | undefined;
}

/**
 * Reads the plan from the environment:
 * - `PROVISION_DATABASE_URL`: a PostgreSQL login that may create databases and roles. With it, per service,
 *   `<SERVICE>_DATABASE_OWNER_URL` and `<SERVICE>_DATABASE_URL`: roles, passwords and database are taken from these.
 * - `KAFKA_BROKERS` (`host:port`, commas between) and, if the installation has one, `NAMESPACE`.
 * @throws Error naming the variable that is missing or wrong; never prints a value, they hold passwords
 */
export function provisionPlan(env: NodeJS.ProcessEnv): ProvisionPlan {
  const adminUrl = env['PROVISION_DATABASE_URL'];
  const brokers = env['KAFKA_BROKERS'];
  if (!adminUrl && !brokers)
    throw new Error('nothing to do: set PROVISION_DATABASE_URL for databases, KAFKA_BROKERS for topics');
  return {
    databases: adminUrl
      ? { adminUrl, wanted: serviceNames.map((service) => databaseOf(service, env)) }
      : undefined,
    topics: brokers
      ? { brokers: brokers.split(',').map((broker) => broker.trim()), wanted: topicsOf(env['NAMESPACE']) }
      : undefined,
  };
}

function databaseOf(service: ServiceName, env: NodeJS.ProcessEnv): DatabaseToProvision {
  const ownerVariable = `${service.toUpperCase()}_DATABASE_OWNER_URL`;
  const appVariable = `${service.toUpperCase()}_DATABASE_URL`;
  const owner = login(ownerVariable, env);
  const app = login(appVariable, env);
  if (owner.database !== app.database)
    throw new Error(`${ownerVariable} and ${appVariable} must name the same database`);
  if (owner.role === app.role)
    throw new Error(
      `${ownerVariable} and ${appVariable} must name two roles: row-level security does not bind an owner`,
    );
  return {
    service,
    names: { database: owner.database, ownerRole: owner.role, appRole: app.role },
    passwords: { owner: owner.password, app: app.password },
  };
}

function login(
  variable: string,
  env: NodeJS.ProcessEnv,
): { role: string; password: string; database: string } {
  const value = env[variable];
  const url = value && URL.canParse(value) ? new URL(value) : undefined;
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw new Error(`${variable} holds a % that begins no percent-encoding: write it as %25`);
    }
  };
  const role = decode(url?.username ?? '');
  const password = decode(url?.password ?? '');
  const database = decode(url?.pathname.slice(1) ?? '');
  if (role === '' || password === '' || database === '')
    throw new Error(`${variable} must be a URL such as postgres://role:password@host:5432/database`);
  return { role, password, database };
}

function topicsOf(namespace: string | undefined): TopicToCreate[] {
  if (namespace && !namespacePattern.test(namespace))
    throw new Error('NAMESPACE must be up to 40 lower-case letters, digits and hyphens');
  return topics.map((topic) => ({ ...topic, name: topicName(namespace || undefined, topic.name) }));
}
