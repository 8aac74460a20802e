import type { PutChannelBody } from '#contracts';
import { Outbox, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { SubmittedRevisionStore } from '../store/submitted-revision.store.js';

@Injectable()
export class PutChannel {
  constructor(
    private readonly database: TenantDatabase,
    private readonly submitted: SubmittedRevisionStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Sends the fact to its topic and nothing else: the channel changes here when the fact comes back, as it does
   * everywhere. A doubled or late one is not sent: on a compacted topic it would replace the newer one.
   * @returns id of the fact that tells of this revision, or of the newer one that stands already
   */
  async run({ tenantId }: Principal, channelId: string, body: PutChannelBody): Promise<{ eventId: string }> {
    const { revision, ...channel } = body;
    const subject = `channel/${channelId}`;
    const id = uuidv7();
    return this.database.transaction(tenantId, async (tx) => {
      const verdict = await this.submitted.take(tx, tenantId, { subject, revision, eventId: id });
      if (!verdict.isNews) return { eventId: verdict.eventId };
      const eventId = await this.outbox.add(tx, {
        id,
        topic: 'platform.channel.v1',
        name: 'channel-changed',
        tenantId,
        key: channelId,
        subject,
        revision,
        time: verdict.at.toISOString(),
        data: { channelId, ...channel },
      });
      return { eventId };
    });
  }
}
