import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ServiceIdentity } from '../database/service-identity.js';

/** Which facts this service has taken in. */
@Injectable()
export class Inbox {
  constructor(private readonly identity: ServiceIdentity) {}

  /**
   * Notes the fact in the transaction of its effects. Two deliveries at once: the second waits here for the first to
   * commit or roll back.
   * @returns false when it has been handled before: skip it
   */
  async receive(tx: EntityManager, eventId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      'INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [this.identity.name, eventId],
    );
    return rows.length === 1;
  }
}
