import type { MigrationSet } from '#platform';
import { CouponsAndChannels1763800000000 } from './1763800000000-coupons-and-channels.js';
import { DirectoryAndTerms1764100000000 } from './1764100000000-directory-and-terms.js';
import { Approvals1764200000000 } from './1764200000000-approvals.js';
import { Images1764200000010 } from './1764200000010-images.js';
import { Manage1764200000020 } from './1764200000020-manage.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'catalog',
  migrations: [
    CouponsAndChannels1763800000000,
    DirectoryAndTerms1764100000000,
    Approvals1764200000000,
    Images1764200000010,
    Manage1764200000020,
  ],
  queueTables: ['image_check'],
};
