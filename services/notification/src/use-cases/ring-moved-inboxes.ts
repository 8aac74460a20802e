import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { InboxStreams } from '../channels/inbox-streams.js';
import { MessageStore } from '../store/message.store.js';

/** Users asked for in one query. */
const CHUNK = 1_000;

/** Asks the database, in one query per tenant and thousand users, which inboxes have moved, and rings their streams. */
@Injectable()
export class RingMovedInboxes {
  constructor(
    private readonly streams: InboxStreams,
    private readonly messages: MessageStore,
    private readonly database: TenantDatabase,
  ) {}

  async run(): Promise<void> {
    for (const [tenantId, users] of this.streams.owners())
      for (let start = 0; start < users.length; start += CHUNK)
        await this.#ring(tenantId, users.slice(start, start + CHUNK));
  }

  async #ring(tenantId: string, userIds: string[]): Promise<void> {
    const positions = await this.database.read(tenantId, (tx) =>
      this.messages.lastPositions(tx, tenantId, userIds),
    );
    for (const [userId, last] of positions) this.streams.ringBehind({ tenantId, userId }, last);
  }
}
