import { shareCode, type SharedCoupon } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { CatalogConfig } from '../../config.js';
import { opennessAt } from '../domain/openness.js';
import type { SharedPage } from '../domain/shared-page.js';
import { MissedLinks } from '../store/missed-links.js';
import { type LinkedCoupon, ShareLinkStore } from '../store/share-link.store.js';

@Injectable()
export class OpenShareLink {
  constructor(
    private readonly database: TenantDatabase,
    private readonly links: ShareLinkStore,
    private readonly misses: MissedLinks,
    private readonly config: CatalogConfig,
  ) {}

  /**
   * For the app: which coupon, and which channel to follow.
   * @throws ProblemError share_link_not_found, rate_limited
   */
  async resolve({ tenantId, subject }: Principal, code: string): Promise<SharedCoupon> {
    const linked = await this.misses.bound(`user:{${tenantId}}:${subject}`, () =>
      this.database.read(tenantId, (tx) => this.links.linkedCoupon(tx, tenantId, code)),
    );
    if (linked === null) throw new ProblemError('share_link_not_found');
    const { status, opensAt } = opennessAt(linked, linked.now);
    const { couponId, channelId } = linked;
    return { couponId, channelId, status, opensAt: opensAt?.toISOString() ?? null };
  }

  /**
   * For everybody; null where the link leads nowhere, whyever.
   * @param address of who asks
   * @throws ProblemError rate_limited
   */
  async page(code: string, address: string): Promise<SharedPage | null> {
    // What is no code at all guesses nothing, and PostgreSQL takes no NUL.
    if (!shareCode.safeParse(code).success) return null;
    const linked = await this.misses.bound(`address:${address}`, () => this.linkedTo(code));
    return linked && this.pageOf(linked, code);
  }

  private async linkedTo(code: string): Promise<LinkedCoupon | null> {
    const tenantId = await this.database.acrossTenants((tx) => this.links.tenantOf(tx, code));
    if (tenantId === null) return null;
    return this.database.read(tenantId, (tx) => this.links.linkedCoupon(tx, tenantId, code));
  }

  private pageOf(linked: LinkedCoupon, code: string): SharedPage {
    const { couponId, imageHash, name, description, channelName, channelActive, audience } = linked;
    const { CATALOG_SHARE_URL, CATALOG_IMAGES_URL, CATALOG_APP_URL, CATALOG_GET_APP_URL } = this.config;
    const url = `${CATALOG_SHARE_URL}/${code}`;
    const src = `${CATALOG_IMAGES_URL}/${imageHash}/1280.jpg`;
    return {
      ...{ name, description, channelName, channelActive, audience },
      ...{ endAt: linked.endAt, timeZone: linked.timeZone },
      ...opennessAt(linked, linked.now),
      url,
      // Messengers take no relative address.
      image: imageHash === null ? null : { src, absoluteUrl: new URL(src, url).href },
      appUrl: CATALOG_APP_URL.replaceAll('{couponId}', couponId),
      getAppUrl: CATALOG_GET_APP_URL ?? null,
    };
  }
}
