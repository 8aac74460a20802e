import { randomBytes } from 'node:crypto';
import { type ServiceName, namespacePattern, serviceNames, topicName, topics } from '#contracts';
import { type HeldName, type ServiceDatabaseNames, holdName } from '#servers';
import { StackFailure } from './stack-failure.js';

/** What stands before everything of ours where nothing else is said. */
export const DEFAULT_NAMESPACE = 'octopus';

/**
 * The namespace that the environment asks for; undefined when it asks for none.
 * @throws StackFailure when no service would take it
 */
export function namespaceOf(env: NodeJS.ProcessEnv): string | undefined {
  const wanted = env['NAMESPACE'] || undefined;
  if (wanted !== undefined && !namespacePattern.test(wanted)) {
    throw new StackFailure('NAMESPACE must be up to 40 lower-case letters, digits and hyphens');
  }
  return wanted;
}

/** A namespace for one stack that leaves nothing behind, told from all others by eight random hexadecimal digits. */
export function throwawayNamespace(namespace: string): string {
  return `${namespace.slice(0, 30)}-t${randomBytes(4).toString('hex')}`;
}

/** Keeps the namespace on a given PostgreSQL to this process; undefined while another stack or a reset has it. */
export function holdNamespace(postgresUrl: string, namespace: string): Promise<HeldName | undefined> {
  return holdName(postgresUrl, `namespace-${namespace}`);
}

/** Names of a service's database and roles. They carry the namespace on our own servers, too. */
export function databaseNames(namespace: string, service: ServiceName): ServiceDatabaseNames {
  const database = `${namespace}_${service}`;
  return { database, ownerRole: `${database}_owner`, appRole: `${database}_app` };
}

/** The databases and roles of all services. */
export function allDatabaseNames(namespace: string): ServiceDatabaseNames[] {
  return serviceNames.map((service) => databaseNames(namespace, service));
}

/** Every topic of the contracts as it is called on the broker. */
export function allTopicNames(namespace: string): string[] {
  return topics.map(({ name }) => topicName(namespace, name));
}

/** The consumer groups of all services; they are called as topics are. */
export function allConsumerGroups(namespace: string): string[] {
  return serviceNames.map((service) => topicName(namespace, service));
}
