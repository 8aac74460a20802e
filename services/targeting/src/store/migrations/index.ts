import type { MigrationSet } from '#platform';
import { FollowersAndUsers1763800000000 } from './1763800000000-followers-and-users.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'targeting',
  migrations: [FollowersAndUsers1763800000000],
};
