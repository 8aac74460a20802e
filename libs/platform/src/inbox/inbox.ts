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

  /**
   * As `receive`, for many facts in one statement; in the order of their ids, so that two deliveries at once wait for each
   * other and do not deadlock.
   * @returns the ids that have not been handled before
   */
  async receiveAll(tx: EntityManager, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ event_id: string }[]>(
      `INSERT INTO inbox (consumer, event_id) SELECT $1, id FROM unnest($2::uuid[]) AS id ORDER BY id
       ON CONFLICT DO NOTHING RETURNING event_id`,
      [this.identity.name, eventIds],
    );
    return new Set(rows.map(({ event_id }) => event_id));
  }
}
