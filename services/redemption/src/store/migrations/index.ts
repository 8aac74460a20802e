import type { MigrationSet } from '#platform';
import { CouponsAndRedemptions1763800000000 } from './1763800000000-coupons-and-redemptions.js';
import { RedeemBatch1763800000001 } from './1763800000001-redeem-batch.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'redemption',
  migrations: [CouponsAndRedemptions1763800000000, RedeemBatch1763800000001],
  queueTables: ['tenant_job'],
};
