import { Injectable } from '@nestjs/common';
import { Metrics, Outbox, TenantDatabase } from '#platform';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { InboxWakeUps } from '../redis/inbox-wake-ups.js';
import { MessageStore, type NewMessage } from '../store/message.store.js';

/**
 * Puts a rendered message into its user's inbox and, in the same transaction, on its way to the chat service. Does
 * nothing when a message of this kind for the same cause has been written before.
 */
@Injectable()
export class WriteMessage {
  constructor(
    private readonly database: TenantDatabase,
    private readonly messages: MessageStore,
    private readonly outbox: Outbox,
    private readonly wakeUps: InboxWakeUps,
    private readonly metrics: Metrics,
  ) {}

  async run(
    tx: EntityManager,
    { tenantId, ...rendered }: Omit<NewMessage, 'messageId'> & { readonly tenantId: string },
  ): Promise<void> {
    const placed = await this.messages.append(tx, tenantId, { messageId: uuidv7(), ...rendered });
    if (!placed) return;
    const { message } = placed;
    await this.outbox.add(tx, {
      topic: 'notification.message.v1',
      name: 'message-created',
      tenantId,
      key: message.userId,
      subject: `message/${message.messageId}`,
      time: message.createdAt,
      data: message,
    });
    this.metrics
      .counter('notification_messages_total', 'Messages written into inboxes', ['kind'])
      .inc({ kind: message.kind });
    this.database.afterCommit(tx, () => this.wakeUps.announce({ tenantId, userId: message.userId }));
  }
}
