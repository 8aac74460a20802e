import type { CouponImage } from '#contracts';
import { Outbox } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { snapshotOf, wasPublished } from '../domain/snapshot.js';
import { ImageAddresses } from '../images/image-addresses.js';
import { noImage } from '../images/look-at-image.js';
import { ImageStore } from '../images/store/image.store.js';
import { AuditStore, type Change } from '../store/audit.store.js';
import { ChannelStore } from '../store/channel.store.js';
import { CouponStore } from '../store/coupon.store.js';

/**
 * The one way in which a coupon changes: row, audit entry and, for a published one, the snapshot for everybody
 * else commit together.
 */
@Injectable()
export class SaveCouponChange {
  constructor(
    private readonly coupons: CouponStore,
    private readonly channels: ChannelStore,
    private readonly images: ImageStore,
    private readonly addresses: ImageAddresses,
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * The coupon's row is locked by the caller, unless it is new.
   * @param audited the change as its owner saw it, where that is not how it is stored
   */
  async run(
    tx: EntityManager,
    tenantId: string,
    change: Change<Coupon>,
    audited: Change<Coupon> = change,
  ): Promise<void> {
    const { before, after } = change;
    const couponId = (after ?? before)?.couponId;
    if (couponId === undefined) throw new Error('a change needs a coupon before or after it');
    for (const imageId of newImages(before, after)) await this.holdImage(tx, tenantId, imageId);
    if (before === null && after !== null) await this.coupons.insert(tx, tenantId, after);
    else if (after !== null) await this.coupons.replace(tx, tenantId, after);
    else await this.remove(tx, tenantId, { couponId, imageId: before?.imageId ?? null });
    await this.audit.add(tx, tenantId, { couponId }, audited);
    if (after !== null && wasPublished(after)) await this.publish(tx, tenantId, after, change.at);
  }

  /** Its image goes with it, unless another coupon has it (L1). */
  private async remove(
    tx: EntityManager,
    tenantId: string,
    { couponId, imageId }: Pick<Coupon, 'couponId' | 'imageId'>,
  ): Promise<void> {
    await this.coupons.remove(tx, tenantId, couponId);
    if (imageId !== null) await this.images.checkSoon(tx, tenantId, imageId);
  }

  /** An image that a coupon takes is not removed before the coupon's row refers to it. */
  private async holdImage(tx: EntityManager, tenantId: string, imageId: string): Promise<void> {
    if (await this.images.hold(tx, tenantId, imageId)) return;
    throw noImage('is not an image of this tenant');
  }

  private async imageOf(
    tx: EntityManager,
    tenantId: string,
    { imageId }: Coupon,
  ): Promise<CouponImage | null> {
    const image = imageId && (await this.images.find(tx, tenantId, imageId));
    return image ? this.addresses.of(image.hash) : null;
  }

  private async publish(tx: EntityManager, tenantId: string, coupon: Coupon, at: Date): Promise<void> {
    const channel = await this.channels.find(tx, tenantId, coupon.channelId);
    // A foreign key holds the channel's row for as long as its coupons are there.
    if (channel === null) throw new Error(`Channel ${coupon.channelId} of coupon ${coupon.couponId} is gone`);
    await this.outbox.add(tx, {
      topic: 'catalog.coupon.v1',
      name: 'coupon-snapshot',
      tenantId,
      key: coupon.couponId,
      subject: `coupon/${coupon.couponId}`,
      revision: coupon.version,
      time: at.toISOString(),
      data: snapshotOf(coupon, channel, await this.imageOf(tx, tenantId, coupon)),
    });
  }
}

/** Those that the coupon or its pending revision did not have before. */
function newImages(before: Coupon | null, after: Coupon | null): string[] {
  const had = imagesOf(before);
  return imagesOf(after).filter((imageId) => !had.includes(imageId));
}

function imagesOf(coupon: Coupon | null): string[] {
  return [coupon?.imageId, coupon?.pendingRevision?.fields.imageId].filter(
    (imageId) => typeof imageId === 'string',
  );
}
