import type { MigrationSet } from '#platform';
import { DueInstants1763800000000 } from './1763800000000-due-instants.js';
import { Series1764300000000 } from './1764300000000-series.js';
import { TenantsInTurn1764300000001 } from './1764300000001-tenants-in-turn.js';
import { CohortsByKey1765030000000 } from './1765030000000-cohorts-by-key.js';
import { EarlierBuildsWriteToo1765030000001 } from './1765030000001-earlier-builds-write-too.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'scheduler',
  migrations: [
    DueInstants1763800000000,
    Series1764300000000,
    TenantsInTurn1764300000001,
    CohortsByKey1765030000000,
    EarlierBuildsWriteToo1765030000001,
  ],
  queueTables: ['due'],
};
