import type { ServiceName } from '#contracts';
import type { MigrationSet } from '#platform';
import { testDatabase, type TestDatabase } from '#testkit';
import { migrationSet as catalog } from '../../services/catalog/src/store/migrations/index.js';
import { migrationSet as notification } from '../../services/notification/src/store/migrations/index.js';
import { migrationSet as redemption } from '../../services/redemption/src/store/migrations/index.js';
import { migrationSet as scheduler } from '../../services/scheduler/src/store/migrations/index.js';
import { migrationSet as targeting } from '../../services/targeting/src/store/migrations/index.js';

export const migrationSets: Record<ServiceName, MigrationSet> = {
  catalog,
  redemption,
  scheduler,
  notification,
  targeting,
};

/** One value per service, made side by side. */
export async function forEachService<T>(
  make: (service: ServiceName) => Promise<T>,
): Promise<Record<ServiceName, T>> {
  const services = Object.keys(migrationSets) as ServiceName[];
  const made = await Promise.all(services.map(async (service) => [service, await make(service)] as const));
  return Object.fromEntries(made) as Record<ServiceName, T>;
}

/** A migrated database of its own for every service. */
export function serviceDatabases(): Promise<Record<ServiceName, TestDatabase>> {
  return forEachService((service) => testDatabase(migrationSets[service]));
}
