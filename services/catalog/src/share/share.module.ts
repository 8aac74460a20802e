import { PlatformConfig } from '#platform';
import { Module } from '@nestjs/common';
import { CatalogConfig } from '../config.js';
import { AuditStore } from '../store/audit.store.js';
import { CouponStore } from '../store/coupon.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { ShareLinksController } from './http/share-links.controller.js';
import { SharedPageController } from './http/shared-page.controller.js';
import { MissedLinks } from './store/missed-links.js';
import { ShareLinkStore } from './store/share-link.store.js';
import { ManageShareLinks } from './use-cases/manage-share-links.js';
import { OpenShareLink } from './use-cases/open-share-link.js';

@Module({
  controllers: [ShareLinksController, SharedPageController],
  providers: [
    { provide: CatalogConfig, useExisting: PlatformConfig },
    AuditStore,
    CouponStore,
    DatabaseClock,
    ManageShareLinks,
    MissedLinks,
    OpenShareLink,
    ShareLinkStore,
  ],
})
export class ShareModule {}
