import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { PutUserBody } from '#contracts';
import { Outbox, TenantDatabase } from '#platform';
import { SubmittedRevisionStore } from '../store/submitted-revision.store.js';

/** Puts a user's state on its topic. Our own table changes when the fact comes back, as for every other reader. */
@Injectable()
export class SubmitUser {
  constructor(
    private readonly database: TenantDatabase,
    private readonly submitted: SubmittedRevisionStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  run(tenantId: string, userId: string, { revision, ...user }: PutUserBody): Promise<string> {
    const subject = `user/${userId}`;
    const id = uuidv7();
    return this.database.transaction(tenantId, async (tx) => {
      const verdict = await this.submitted.take(tx, tenantId, { subject, revision, eventId: id });
      if (!verdict.isNews) return verdict.eventId;
      return this.outbox.add(tx, {
        id,
        topic: 'platform.user.v1',
        name: 'user-changed',
        tenantId,
        key: userId,
        subject,
        revision,
        time: verdict.at.toISOString(),
        data: { userId, ...user },
      });
    });
  }
}
