import { Injectable } from '@nestjs/common';
import type { MessageView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { MessageStore } from '../store/message.store.js';

export interface InboxPage {
  items: MessageView[];
  /** Position of the last item, when there are older ones. */
  next: number | null;
}

/** One page of the principal's own messages, newest first. */
@Injectable()
export class ReadInbox {
  constructor(
    private readonly database: TenantDatabase,
    private readonly messages: MessageStore,
  ) {}

  async run(
    { tenantId, subject }: Principal,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<InboxPage> {
    const found = await this.database.read(tenantId, (tx) =>
      this.messages.newest(tx, tenantId, subject, { before, limit: limit + 1 }),
    );
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.position ?? null) : null;
    return { items: items.map(({ message }) => message), next };
  }
}
