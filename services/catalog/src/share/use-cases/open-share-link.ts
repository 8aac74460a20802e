import type { SharedCoupon } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CatalogConfig } from '../../config.js';
import type { SharedPage } from '../domain/shared-page.js';
import { type LinkedCoupon, ShareLinkStore } from '../store/share-link.store.js';

@Injectable()
export class OpenShareLink {
  constructor(
    private readonly database: TenantDatabase,
    private readonly links: ShareLinkStore,
    private readonly config: CatalogConfig,
  ) {}

  /** For the app: which coupon, and which channel to follow. @throws ProblemError share_link_not_found */
  async resolve({ tenantId }: Principal, code: string): Promise<SharedCoupon> {
    const linked = await this.database.read(tenantId, (tx) => this.links.linkedCoupon(tx, tenantId, code));
    if (linked === null) throw new ProblemError('share_link_not_found');
    const { couponId, channelId, status } = linked;
    return { couponId, channelId, status };
  }

  /** For everybody; null where the link leads nowhere, whyever. */
  async page(code: string): Promise<SharedPage | null> {
    const tenantId = await this.database.acrossTenants((tx) => this.links.tenantOf(tx, code));
    if (tenantId === null) return null;
    const linked = await this.database.read(tenantId, (tx) => this.links.linkedCoupon(tx, tenantId, code));
    return linked && this.pageOf(linked, code);
  }

  private pageOf({ couponId, channelId: _, imageHash, ...shown }: LinkedCoupon, code: string): SharedPage {
    const { CATALOG_SHARE_URL, CATALOG_IMAGES_URL, CATALOG_APP_URL, CATALOG_GET_APP_URL } = this.config;
    const url = `${CATALOG_SHARE_URL}/${code}`;
    const src = `${CATALOG_IMAGES_URL}/${imageHash}/1280.jpg`;
    return {
      ...shown,
      url,
      // Messengers take no relative address.
      image: imageHash === null ? null : { src, absoluteUrl: new URL(src, url).href },
      appUrl: CATALOG_APP_URL.replaceAll('{couponId}', couponId),
      getAppUrl: CATALOG_GET_APP_URL ?? null,
    };
  }
}
