import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { Log } from '../logging/log.js';
import { Outbox } from '../outbox/outbox.js';
import { deadLetterRow } from './dead-letter-message.js';
import {
  type DeadLetterRow,
  insertDeadLetter,
  listDeadLetters,
  noteReplay,
  readRecord,
} from './dead-letter.store.js';
import { classifyError } from './classify-error.js';
import type { DeadLetterQuery } from './dead-letters.dto.js';
import { EventHandlers } from './event-handlers.js';
import { EventPipeline, type Outcome, type Rejection } from './event-pipeline.js';
import type { ReceivedRecord } from './record.js';

/** Records that a consumer could not handle: kept whole, told on a topic, replayed by an operator. */
@Injectable()
export class DeadLetters {
  constructor(
    private readonly database: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly pipeline: EventPipeline,
    private readonly handlers: EventHandlers,
    private readonly identity: ServiceIdentity,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Keeps the record and tells of it, in one transaction. A record that lies here already is not told of again. */
  async bury(record: ReceivedRecord, rejection: Rejection): Promise<void> {
    const { topic, partition, offset } = record;
    const { reason, error } = rejection;
    const id = await this.#keep(record, rejection).catch((err: unknown) => {
      if (classifyError(err) === 'infrastructure') throw err;
      // Whatever the record brought with it that cannot be stored: its bytes can, and the partition must go on.
      this.log.error({ err, topic, partition, offset }, 'a dead letter could not be kept with its words');
      return this.#keep(record, withoutWords(rejection));
    });
    this.log.error(
      { deadLetterId: id, topic, partition, offset, reason, problem: error },
      'a record went to the dead letters; replay it when its cause is mended',
    );
  }

  /** @returns the row's id, or undefined when this very record lies there already */
  #keep(record: ReceivedRecord, rejection: Rejection): Promise<string | undefined> {
    return this.database.acrossTenants(async (tx) => {
      const inserted = await insertDeadLetter(tx, record, rejection);
      if (inserted === undefined) return undefined;
      const origin = { service: this.identity.name, now: this.clock.now() };
      await this.outbox.addRow(tx, deadLetterRow(inserted, record, rejection, origin));
      return inserted;
    });
  }

  /** The tenant's, and those whose tenant nobody could read; newest first. */
  async list(
    tenantId: string,
    { limit, cursor }: DeadLetterQuery,
  ): Promise<{ items: DeadLetterRow[]; nextCursor: string | null }> {
    const rows = await this.database.acrossTenants((tx) =>
      listDeadLetters(tx, tenantId, { limit: limit + 1, ...(cursor !== undefined && { before: cursor }) }),
    );
    const items = rows.slice(0, limit);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  /**
   * Runs the stored bytes through the same pipeline; what was handled meanwhile is a `duplicate`.
   * @returns undefined when there is no such dead letter of the tenant
   * @throws infrastructure errors, as the pipeline does
   */
  async replay(tenantId: string, id: string): Promise<Outcome | undefined> {
    const record = await this.database.acrossTenants((tx) => readRecord(tx, tenantId, id));
    if (!record) return undefined;
    const handler = this.handlers.of(record.topic);
    const outcome: Outcome = handler
      ? await this.pipeline.run(record, handler, { anyAge: true })
      : { kind: 'rejected', reason: 'unknown_topic', error: `${record.topic} has no consumer here any more` };
    const failure = outcome.kind === 'rejected' ? outcome : undefined;
    await this.database.acrossTenants((tx) => noteReplay(tx, tenantId, id, failure));
    this.log.info({ deadLetterId: id, outcome: outcome.kind }, 'a dead letter was replayed');
    return outcome;
  }
}

/** The same letter with nothing in it that came with the record, but for its tenant and id, which are UUIDs. */
function withoutWords({ kind, reason, envelope }: Rejection): Rejection {
  const error = 'what was wrong could not be stored; replay the record to see it';
  return { kind, reason, error, ...(envelope && { envelope: { ...envelope, correlationId: envelope.id } }) };
}
