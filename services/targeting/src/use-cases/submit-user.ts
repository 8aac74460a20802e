import { Injectable } from '@nestjs/common';
import type { PutUserBody } from '#contracts';
import { Clock, Outbox, TenantDatabase } from '#platform';

/** Puts a user's state on its topic. Our own table changes when the fact comes back, as for every other reader. */
@Injectable()
export class SubmitUser {
  constructor(
    private readonly database: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @returns the event's id */
  run(tenantId: string, userId: string, { revision, ...user }: PutUserBody): Promise<string> {
    return this.database.transaction(tenantId, (tx) =>
      this.outbox.add(tx, {
        topic: 'platform.user.v1',
        name: 'user-changed',
        tenantId,
        key: userId,
        subject: `user/${userId}`,
        revision,
        time: this.clock.now().toISOString(),
        data: { userId, ...user },
      }),
    );
  }
}
