import type { MigrationSet } from '#platform';
import { CouponsAndRedemptions1763800000000 } from './1763800000000-coupons-and-redemptions.js';
import { RedeemBatch1763800000001 } from './1763800000001-redeem-batch.js';
import { EngineTables1764000000000 } from './1764000000000-engine-tables.js';
import { RedeemFunctions1764000000001 } from './1764000000001-redeem-functions.js';
import { CapAnswers1764000000002 } from './1764000000002-cap-answers.js';
import { Tills1764000000010 } from './1764000000010-tills.js';
import { PointsAndVoids1764000000020 } from './1764000000020-points-and-voids.js';
import { Wallet1764000000030 } from './1764000000030-wallet.js';
import { AutoAttempts1764000000040 } from './1764000000040-auto-attempts.js';
import { Reconciling1764000000050 } from './1764000000050-reconciling.js';
import { MonthPartitions1764000000060 } from './1764000000060-month-partitions.js';
import { RedeemLookUps1764300000000 } from './1764300000000-redeem-look-ups.js';
import { Reminders1764400000000 } from './1764400000000-reminders.js';
import { TenantSettings1764500000000 } from './1764500000000-tenant-settings.js';
import { CardImages1764600000000 } from './1764600000000-card-images.js';
import { Triggers1765010000000 } from './1765010000000-triggers.js';
import { GrantsByInstant1765030000010 } from './1765030000010-grants-by-instant.js';
import { WindowCause1765040000010 } from './1765040000010-window-cause.js';
import { NewestCap1765060000000 } from './1765060000000-newest-cap.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'redemption',
  migrations: [
    CouponsAndRedemptions1763800000000,
    RedeemBatch1763800000001,
    EngineTables1764000000000,
    RedeemFunctions1764000000001,
    CapAnswers1764000000002,
    Tills1764000000010,
    PointsAndVoids1764000000020,
    Wallet1764000000030,
    AutoAttempts1764000000040,
    Reconciling1764000000050,
    MonthPartitions1764000000060,
    RedeemLookUps1764300000000,
    Reminders1764400000000,
    TenantSettings1764500000000,
    CardImages1764600000000,
    Triggers1765010000000,
    GrantsByInstant1765030000010,
    WindowCause1765040000010,
    NewestCap1765060000000,
  ],
  queueTables: ['auto_attempt', 'auto_wake', 'tenant_job', 'reminder_run'],
};
