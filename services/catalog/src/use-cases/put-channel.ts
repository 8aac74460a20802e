import type { PutChannelBody } from '#contracts';
import { Outbox, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../store/database-clock.js';

@Injectable()
export class PutChannel {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Sends the fact to its topic and nothing else: the channel changes here when the fact comes back, as it does
   * everywhere. Doubled or late ones are told apart by their revision.
   * @returns the fact's event id
   */
  async run({ tenantId }: Principal, channelId: string, body: PutChannelBody): Promise<{ eventId: string }> {
    const { revision, ...channel } = body;
    const eventId = await this.database.transaction(tenantId, async (tx) =>
      this.outbox.add(tx, {
        topic: 'platform.channel.v1',
        name: 'channel-changed',
        tenantId,
        key: channelId,
        subject: `channel/${channelId}`,
        revision,
        time: (await this.clock.now(tx)).toISOString(),
        data: { channelId, ...channel },
      }),
    );
    return { eventId };
  }
}
