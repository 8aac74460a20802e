import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventName, TopicName } from '#contracts';
import { TenantDatabase } from '../database/tenant-database.js';
import { newUuid } from '../ids/new-uuid.js';
import type { EventInput, NewEvent } from './new-event.js';
import { Outbox } from './outbox.js';

/** A fact of somebody else's that is put in over HTTP. */
export interface SubmittedFact<Topic extends TopicName, Name extends EventName<Topic>> extends Pick<
  NewEvent<Topic, Name>,
  'topic' | 'name' | 'tenantId' | 'key' | 'subject'
> {
  /** Rises with every change of the subject. */
  readonly revision: number;
}

/** A fact to send, or the one that stands already. */
type Verdict = { readonly at: string } | { readonly eventId: string };

/**
 * Facts put in over HTTP go to their topic and nowhere else: our own tables change when they come back, as for every
 * other reader. A compacted topic keeps what was written last, so a doubled or late fact must not get there.
 */
@Injectable()
export class SubmittedFacts {
  constructor(
    private readonly database: TenantDatabase,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param data given the instant of the submission by the database's clock, RFC 3339
   * @returns id of the fact that tells of this revision, or of the newer one that stands already
   * @throws Error when the data breaks the contract
   */
  submit<Topic extends TopicName, Name extends EventName<Topic>>(
    fact: SubmittedFact<Topic, Name>,
    data: (at: string) => EventInput<Topic, Name>,
  ): Promise<string> {
    const id = newUuid();
    return this.database.transaction(fact.tenantId, async (tx) => {
      const verdict = await this.#take(tx, fact, id);
      if ('eventId' in verdict) return verdict.eventId;
      const { at } = verdict;
      return this.outbox.add<Topic, Name>(tx, { ...fact, id, time: at, data: data(at) });
    });
  }

  /** Takes the revision over unless the stored one is as new or newer; locks the subject until the commit. */
  async #take(
    tx: EntityManager,
    { tenantId, subject, revision }: { tenantId: string; subject: string; revision: number },
    eventId: string,
  ): Promise<Verdict> {
    const [taken]: { at: Date }[] = await tx.query(
      `INSERT INTO submitted_revision AS stored (tenant_id, subject, revision, event_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, subject) DO UPDATE SET revision = excluded.revision, event_id = excluded.event_id
         WHERE stored.revision < excluded.revision
       RETURNING octopus_now()::timestamptz(3) AS at`,
      [tenantId, subject, revision, eventId],
    );
    if (taken) return { at: taken.at.toISOString() };
    const [newer]: { event_id: string }[] = await tx.query(
      'SELECT event_id FROM submitted_revision WHERE tenant_id = $1 AND subject = $2',
      [tenantId, subject],
    );
    if (!newer) throw new Error(`${subject}: neither taken over nor stored`);
    return { eventId: newer.event_id };
  }
}
