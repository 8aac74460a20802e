import { Injectable } from '@nestjs/common';
import type { PutChannelBody } from '#contracts';
import { type Principal, SubmittedFacts } from '#platform';

@Injectable()
export class PutChannel {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  async run({ tenantId }: Principal, channelId: string, body: PutChannelBody): Promise<{ eventId: string }> {
    const { revision, ...channel } = body;
    const eventId = await this.facts.submit(
      {
        topic: 'platform.channel.v1',
        name: 'channel-changed',
        tenantId,
        key: channelId,
        subject: `channel/${channelId}`,
        revision,
      },
      () => ({ channelId, ...channel }),
    );
    return { eventId };
  }
}
