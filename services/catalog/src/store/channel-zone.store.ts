import type { Channel } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface MovedChannel {
  readonly tenantId: string;
  readonly channelId: string;
}

/** How far the coupons of a channel have followed it to another zone. */
export interface ZoneProgress {
  /** Id of the fact that told of the zone. */
  readonly eventId: string;
  /** null = none has yet */
  readonly afterCoupon: string | null;
}

const ROW = 'tenant_id = $1 AND channel_id = $2';

@Injectable()
export class ChannelZoneStore {
  /**
   * Notes that the channel moves, if it is known in another zone. Before the channel's own row is written: whoever goes
   * through its coupons holds this row first, too.
   */
  async note(
    tx: EntityManager,
    tenantId: string,
    { channelId, timeZone }: Pick<Channel, 'channelId' | 'timeZone'>,
    eventId: string,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO channel_zone_change (tenant_id, channel_id, event_id)
         SELECT $1, $2, $4 FROM channel WHERE ${ROW} AND time_zone <> $3
       ON CONFLICT (tenant_id, channel_id) DO UPDATE SET event_id = excluded.event_id, after_coupon = NULL`,
      [tenantId, channelId, timeZone, eventId],
    );
  }

  /** Of all tenants. */
  moved(tx: EntityManager, limit: number): Promise<MovedChannel[]> {
    return tx.query(
      'SELECT tenant_id AS "tenantId", channel_id AS "channelId" FROM channel_zone_change LIMIT $1',
      [limit],
    );
  }

  /** Locked until the transaction ends, and the channel's zone with it; undefined where another process is at it. */
  async lock(
    tx: EntityManager,
    { tenantId, channelId }: MovedChannel,
  ): Promise<(ZoneProgress & { readonly timeZone: string }) | undefined> {
    const rows: ZoneProgress[] = await tx.query(
      `SELECT event_id AS "eventId", after_coupon AS "afterCoupon"
         FROM channel_zone_change WHERE ${ROW} FOR UPDATE SKIP LOCKED`,
      [tenantId, channelId],
    );
    const [progress] = rows;
    if (progress === undefined) return undefined;
    // A statement of its own: one with the lock would read from before its wait.
    const channels: { timeZone: string }[] = await tx.query(
      `SELECT time_zone AS "timeZone" FROM channel WHERE ${ROW}`,
      [tenantId, channelId],
    );
    return channels[0] && { ...progress, ...channels[0] };
  }

  /** Ids of the channel's coupons that are out and read in another zone, after `after` in the order of ids. */
  async left(
    tx: EntityManager,
    { tenantId, channelId }: MovedChannel,
    { timeZone, afterCoupon }: Pick<ZoneProgress, 'afterCoupon'> & { readonly timeZone: string },
    limit: number,
  ): Promise<string[]> {
    const rows: { couponId: string }[] = await tx.query(
      `SELECT coupon_id AS "couponId" FROM coupon
        WHERE ${ROW} AND ($4::uuid IS NULL OR coupon_id > $4) AND status IN ('scheduled', 'active', 'disabled')
          AND time_zone <> $3
        ORDER BY coupon_id LIMIT $5`,
      [tenantId, channelId, timeZone, afterCoupon, limit],
    );
    return rows.map(({ couponId }) => couponId);
  }

  async goOn(tx: EntityManager, { tenantId, channelId }: MovedChannel, afterCoupon: string): Promise<void> {
    await tx.query(`UPDATE channel_zone_change SET after_coupon = $3 WHERE ${ROW}`, [
      tenantId,
      channelId,
      afterCoupon,
    ]);
  }

  async end(tx: EntityManager, { tenantId, channelId }: MovedChannel): Promise<void> {
    await tx.query(`DELETE FROM channel_zone_change WHERE ${ROW}`, [tenantId, channelId]);
  }
}
