import type { Channel, ChannelSnapshot } from '#contracts';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { ChannelEntity } from './channel.entity.js';
import type { PageBounds } from './page-bounds.js';

export type StoredSnapshot<Data> = { readonly revision: number; readonly data: Data };

@Injectable()
export class ChannelStore {
  /**
   * Keeps the fact unless a newer one about the channel is stored already.
   * @param at when the fact became true: a channel that turns active has been so since then
   * @returns what others are to be told, the row being locked; null if the fact is stale
   */
  async keep(
    tx: EntityManager,
    tenantId: string,
    channel: Channel,
    { revision, at }: { revision: number; at: Date },
  ): Promise<StoredSnapshot<ChannelSnapshot> | null> {
    const rows: { revision: string; activeSince: Date | null }[] = await tx.query(
      `INSERT INTO channel AS stored
         (tenant_id, channel_id, revision, name, status, time_zone, partner_id, owner_ids, active_since, snapshot_revision)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $5 = 'active' THEN $9::timestamptz END, 1)
       ON CONFLICT (tenant_id, channel_id) DO UPDATE SET
         revision = excluded.revision, name = excluded.name, status = excluded.status,
         time_zone = excluded.time_zone, partner_id = excluded.partner_id, owner_ids = excluded.owner_ids,
         active_since = CASE WHEN excluded.status = 'active'
           THEN coalesce(stored.active_since, excluded.active_since) END,
         snapshot_revision = stored.snapshot_revision + 1
       WHERE stored.revision < excluded.revision
       RETURNING snapshot_revision AS revision, active_since AS "activeSince"`,
      [
        tenantId,
        channel.channelId,
        revision,
        channel.name,
        channel.status,
        channel.timeZone,
        channel.partnerId,
        channel.ownerIds,
        at,
      ],
    );
    const [kept] = rows;
    if (kept === undefined) return null;
    const { ownerIds: _, ...told } = channel;
    const activeSince = kept.activeSince?.toISOString() ?? null;
    return { revision: Number(kept.revision), data: { ...told, activeSince, removed: false } };
  }

  async find(tx: EntityManager, tenantId: string, channelId: string): Promise<Channel | null> {
    const row = await tx.findOneBy(ChannelEntity, { tenantId, channelId });
    return row && toChannel(row);
  }

  /** As `find`; its zone and status stay as they are until the transaction ends. */
  async hold(tx: EntityManager, tenantId: string, channelId: string): Promise<Channel | null> {
    const row = await tx.findOne(ChannelEntity, {
      where: { tenantId, channelId },
      lock: { mode: 'pessimistic_read' },
    });
    return row && toChannel(row);
  }

  /** The accounts behind those of the channels that are known. */
  async partnersOf(tx: EntityManager, tenantId: string, channelIds: readonly string[]): Promise<string[]> {
    const rows: { partnerId: string }[] = await tx.query(
      `SELECT DISTINCT partner_id AS "partnerId" FROM channel
       WHERE tenant_id = $1 AND channel_id = ANY ($2::uuid[]) ORDER BY 1`,
      [tenantId, channelIds],
    );
    return rows.map(({ partnerId }) => partnerId);
  }

  /** Those of `among` that are known, in the order of their ids. */
  async list(
    tx: EntityManager,
    tenantId: string,
    among: readonly string[],
    page: PageBounds,
  ): Promise<Channel[]> {
    const wanted = page.after === null ? [...among] : among.filter((id) => id > (page.after ?? ''));
    const rows = await tx.find(ChannelEntity, {
      where: { tenantId, channelId: In(wanted) },
      order: { channelId: 'ASC' },
      take: page.limit,
    });
    return rows.map(toChannel);
  }
}

function toChannel({ tenantId: _, ...channel }: ChannelEntity): Channel {
  return channel;
}
