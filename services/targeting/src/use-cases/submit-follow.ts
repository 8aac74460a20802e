import { Injectable } from '@nestjs/common';
import type { PutFollowBody } from '#contracts';
import { SubmittedFacts } from '#platform';

@Injectable()
export class SubmitFollow {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  run(
    tenantId: string,
    { channelId, userId }: { channelId: string; userId: string },
    { following, revision }: PutFollowBody,
  ): Promise<string> {
    return this.facts.submit(
      {
        topic: 'platform.follow.v1',
        name: 'follow-changed',
        tenantId,
        key: `${channelId}/${userId}`,
        subject: `follow/${channelId}/${userId}`,
        revision,
      },
      (changedAt) => ({ channelId, userId, following, changedAt }),
    );
  }
}
