import type { Channel } from '#contracts';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { ChannelEntity } from './channel.entity.js';

@Injectable()
export class ChannelStore {
  /** Keeps the fact unless a newer one about the channel is stored already. */
  async keep(tx: EntityManager, tenantId: string, channel: Channel, revision: number): Promise<void> {
    await tx.query(
      `INSERT INTO channel AS stored
         (tenant_id, channel_id, revision, name, status, time_zone, partner_id, owner_ids)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, channel_id) DO UPDATE SET
         revision = excluded.revision, name = excluded.name, status = excluded.status,
         time_zone = excluded.time_zone, partner_id = excluded.partner_id, owner_ids = excluded.owner_ids
       WHERE stored.revision < excluded.revision`,
      [
        tenantId,
        channel.channelId,
        revision,
        channel.name,
        channel.status,
        channel.timeZone,
        channel.partnerId,
        channel.ownerIds,
      ],
    );
  }

  async find(tx: EntityManager, tenantId: string, channelId: string): Promise<Channel | null> {
    const row = await tx.findOneBy(ChannelEntity, { tenantId, channelId });
    return row && toChannel(row);
  }

  /** Those of `among` that are known, in the order of their ids. */
  async list(
    tx: EntityManager,
    tenantId: string,
    among: readonly string[],
    page: { after: string | null; limit: number },
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
