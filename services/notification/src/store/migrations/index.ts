import type { MigrationSet } from '#platform';
import { Messages1763800000000 } from './1763800000000-messages.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'notification',
  migrations: [Messages1763800000000],
  queueTables: ['pending_message'],
};
