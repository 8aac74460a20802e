import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { ATTEMPT_CAP } from '../domain/look-again.js';
import { type Backlog, PendingMessageStore } from '../store/pending-message.store.js';

/** How many redemptions wait for their message to be written, and for how long. */
@Injectable()
export class CountWaitingMessages {
  constructor(
    private readonly database: TenantDatabase,
    private readonly pending: PendingMessageStore,
  ) {}

  run(): Promise<Backlog> {
    return this.database.acrossTenants((tx) => this.pending.backlog(tx, ATTEMPT_CAP));
  }
}
