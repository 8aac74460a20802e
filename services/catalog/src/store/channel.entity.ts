import type { Channel } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('channel')
export class ChannelEntity implements Channel {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn('uuid', { name: 'channel_id' })
  channelId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: Channel['status'];

  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('uuid', { name: 'partner_id' })
  partnerId!: string;

  @Column('uuid', { name: 'owner_ids', array: true })
  ownerIds!: string[];
}
