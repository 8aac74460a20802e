import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { PutFollowBody } from '#contracts';
import { Outbox, TenantDatabase } from '#platform';
import { SubmittedRevisionStore } from '../store/submitted-revision.store.js';

/** Puts a follow on its topic. Our own table changes when the fact comes back, as for every other reader. */
@Injectable()
export class SubmitFollow {
  constructor(
    private readonly database: TenantDatabase,
    private readonly submitted: SubmittedRevisionStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  run(
    tenantId: string,
    { channelId, userId }: { channelId: string; userId: string },
    { following, revision }: PutFollowBody,
  ): Promise<string> {
    const subject = `follow/${channelId}/${userId}`;
    const id = uuidv7();
    return this.database.transaction(tenantId, async (tx) => {
      const verdict = await this.submitted.take(tx, tenantId, { subject, revision, eventId: id });
      if (!verdict.isNews) return verdict.eventId;
      const changedAt = verdict.at.toISOString();
      return this.outbox.add(tx, {
        id,
        topic: 'platform.follow.v1',
        name: 'follow-changed',
        tenantId,
        key: `${channelId}/${userId}`,
        subject,
        revision,
        time: changedAt,
        data: { channelId, userId, following, changedAt },
      });
    });
  }
}
