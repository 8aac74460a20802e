import { Outbox, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { snapshotOf, wasPublished } from '../domain/snapshot.js';
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
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
  ) {}

  /** The coupon's row is locked by the caller, unless it is new. */
  async run(tx: EntityManager, tenantId: string, change: Change<Coupon>): Promise<void> {
    const { before, after } = change;
    const couponId = (after ?? before)?.couponId;
    if (couponId === undefined) throw new Error('a change needs a coupon before or after it');
    if (after !== null && after.imageId !== before?.imageId) await this.holdImage(tx, tenantId, after);
    if (before === null && after !== null) await this.coupons.insert(tx, tenantId, after);
    else if (after !== null) await this.coupons.replace(tx, tenantId, after);
    else await this.coupons.remove(tx, tenantId, couponId);
    await this.audit.add(tx, tenantId, { couponId }, change);
    if (after !== null && wasPublished(after)) await this.publish(tx, tenantId, after, change.at);
  }

  /** An image that a coupon takes is not removed before the coupon's row refers to it. */
  private async holdImage(tx: EntityManager, tenantId: string, { imageId }: Coupon): Promise<void> {
    if (imageId === null || (await this.images.hold(tx, tenantId, imageId))) return;
    throw new ProblemError('image_not_found', {
      errors: [{ pointer: '/imageId', message: 'is not an image of this tenant' }],
    });
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
      data: snapshotOf(coupon, channel),
    });
  }
}
