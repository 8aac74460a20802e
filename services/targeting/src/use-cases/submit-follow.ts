import { Injectable } from '@nestjs/common';
import type { PutFollowBody } from '#contracts';
import { Clock, Outbox, TenantDatabase } from '#platform';

/** Puts a follow on its topic. Our own table changes when the fact comes back, as for every other reader. */
@Injectable()
export class SubmitFollow {
  constructor(
    private readonly database: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @returns the event's id */
  run(
    tenantId: string,
    { channelId, userId }: { channelId: string; userId: string },
    { following, revision }: PutFollowBody,
  ): Promise<string> {
    const changedAt = this.clock.now().toISOString();
    return this.database.transaction(tenantId, (tx) =>
      this.outbox.add(tx, {
        topic: 'platform.follow.v1',
        name: 'follow-changed',
        tenantId,
        key: `${channelId}/${userId}`,
        subject: `follow/${channelId}/${userId}`,
        revision,
        time: changedAt,
        data: { channelId, userId, following, changedAt },
      }),
    );
  }
}
