import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface Submission {
  /** Whose state it is: `<kind>/<id>`. */
  subject: string;
  revision: number;
  /** Id of the fact that will tell of it. */
  eventId: string;
}

/** A fact to send, or the one that stands already. */
export type Verdict =
  | { readonly isNews: true; /** By the database's clock. */ readonly at: Date }
  | { readonly isNews: false; readonly eventId: string };

/**
 * The newest revision that was put in of each subject. A compacted topic keeps what was written last, so what is stale
 * must not get there.
 */
@Injectable()
export class SubmittedRevisionStore {
  /** Takes the revision over unless the stored one is as new or newer; locks the subject until the commit. */
  async take(
    tx: EntityManager,
    tenantId: string,
    { subject, revision, eventId }: Submission,
  ): Promise<Verdict> {
    const [taken]: { at: Date }[] = await tx.query(
      `INSERT INTO submitted_revision AS stored (tenant_id, subject, revision, event_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, subject) DO UPDATE SET revision = excluded.revision, event_id = excluded.event_id
         WHERE stored.revision < excluded.revision
       RETURNING octopus_now()::timestamptz(3) AS at`,
      [tenantId, subject, revision, eventId],
    );
    if (taken) return { isNews: true, at: taken.at };
    const [newer]: { event_id: string }[] = await tx.query(
      'SELECT event_id FROM submitted_revision WHERE tenant_id = $1 AND subject = $2',
      [tenantId, subject],
    );
    if (!newer) throw new Error(`${subject}: neither taken over nor stored`);
    return { isNews: false, eventId: newer.event_id };
  }
}
