import { type ServiceName, serviceNames } from '#contracts';
import type { ServiceDatabaseNames } from '#servers';

/** What stands before everything of ours where nothing else is said. */
export const DEFAULT_NAMESPACE = 'octopus';

/** Names of a service's database and roles. They carry the namespace on our own servers, too. */
export function databaseNames(namespace: string, service: ServiceName): ServiceDatabaseNames {
  const database = `${namespace}_${service}`;
  return { database, ownerRole: `${database}_owner`, appRole: `${database}_app` };
}

/** The databases and roles of all services. */
export function allDatabaseNames(namespace: string): ServiceDatabaseNames[] {
  return serviceNames.map((service) => databaseNames(namespace, service));
}

/** A topic's name as it is on the broker; without a namespace it is the contract's. */
export function topicName(namespace: string | undefined, topic: string): string {
  return namespace === undefined ? topic : `${namespace}.${topic}`;
}
