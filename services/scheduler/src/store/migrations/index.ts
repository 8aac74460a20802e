import type { MigrationSet } from '#platform';
import { DueInstants1763800000000 } from './1763800000000-due-instants.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'scheduler',
  migrations: [DueInstants1763800000000],
  queueTables: ['due'],
};
