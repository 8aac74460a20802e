import { TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { zoneMoved } from '../domain/facts.js';
import { ChannelZoneStore, type MovedChannel } from '../store/channel-zone.store.js';
import { ChangeCouponByFact } from './change-coupon-by-fact.js';

/** Channels of one run, and coupons of one transaction, which owners' edits may have to wait for. */
const [CHANNELS, COUPONS] = [20, 20];

@Injectable()
export class FollowChannelZones {
  constructor(
    private readonly database: TenantDatabase,
    private readonly zones: ChannelZoneStore,
    private readonly changeCoupon: ChangeCouponByFact,
  ) {}

  /**
   * Takes coupons that are out along to the zones that their channels moved to, each a version on and with a snapshot for
   * everybody. Replicas may run it side by side, and end at any point.
   */
  async run(mayGoOn: () => boolean = () => true): Promise<void> {
    const moved = await this.database.acrossTenants((tx) => this.zones.moved(tx, CHANNELS));
    for (const channel of moved) {
      const step = () => this.database.transaction(channel.tenantId, (tx) => this.step(tx, channel));
      while (mayGoOn() && (await step()));
    }
  }

  /** @returns whether there may be more */
  private async step(tx: EntityManager, channel: MovedChannel): Promise<boolean> {
    const progress = await this.zones.lock(tx, channel);
    if (progress === undefined) return false;
    const { timeZone, eventId } = progress;
    const couponIds = await this.zones.left(tx, channel, progress, COUPONS);
    const fact = { name: 'channel-changed', envelope: { id: eventId, tenantId: channel.tenantId } };
    for (const couponId of couponIds)
      await this.changeCoupon.run(tx, fact, couponId, (coupon) => zoneMoved(coupon, timeZone));
    const last = couponIds.at(-1);
    if (last === undefined || couponIds.length < COUPONS) await this.zones.end(tx, channel);
    else await this.zones.goOn(tx, channel, last);
    return couponIds.length === COUPONS;
  }
}
