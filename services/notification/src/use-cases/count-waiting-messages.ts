import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { PendingMessageStore } from '../store/pending-message.store.js';

/** How many redemptions wait for their message to be written, and for how long the oldest has, in seconds. */
@Injectable()
export class CountWaitingMessages {
  constructor(
    private readonly database: TenantDatabase,
    private readonly pending: PendingMessageStore,
  ) {}

  run(): Promise<{ waiting: number; oldestSeconds: number }> {
    return this.database.acrossTenants((tx) => this.pending.backlog(tx));
  }
}
