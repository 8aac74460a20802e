import type { MigrationSet } from '#platform';
import { CouponsAndChannels1763800000000 } from './1763800000000-coupons-and-channels.js';
import { DirectoryAndTerms1764100000000 } from './1764100000000-directory-and-terms.js';
import { Approvals1764200000000 } from './1764200000000-approvals.js';
import { Images1764200000010 } from './1764200000010-images.js';
import { Manage1764200000020 } from './1764200000020-manage.js';
import { SearchAndCounts1764300000000 } from './1764300000000-search-and-counts.js';
import { ShareLinks1764300000010 } from './1764300000010-share-links.js';
import { Analytics1764400000000 } from './1764400000000-analytics.js';
import { Reminder1764490000000 } from './1764490000000-reminder.js';
import { PendingRevisions1764500000000 } from './1764500000000-pending-revisions.js';
import { TenantSettings1764599000000 } from './1764599000000-tenant-settings.js';
import { ImageUploads1764600000000 } from './1764600000000-image-uploads.js';
import { CouponLevels1764600000010 } from './1764600000010-coupon-levels.js';
import { TriggerCalls1765010000000 } from './1765010000000-trigger-calls.js';
import { ChannelZones1765040000000 } from './1765040000000-channel-zones.js';
import { CapReasons1765060000010 } from './1765060000010-cap-reasons.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'catalog',
  migrations: [
    CouponsAndChannels1763800000000,
    DirectoryAndTerms1764100000000,
    Approvals1764200000000,
    Images1764200000010,
    Manage1764200000020,
    SearchAndCounts1764300000000,
    ShareLinks1764300000010,
    Analytics1764400000000,
    Reminder1764490000000,
    PendingRevisions1764500000000,
    TenantSettings1764599000000,
    ImageUploads1764600000000,
    CouponLevels1764600000010,
    TriggerCalls1765010000000,
    ChannelZones1765040000000,
    CapReasons1765060000010,
  ],
  queueTables: ['analytics_generation', 'channel_zone_change', 'image_check', 'share_code'],
};
