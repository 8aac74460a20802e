import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Envelope, eventMap } from '#contracts';
import { Clock } from '../clock/clock.js';
import { runInContext } from '../context/request-context.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { failpoint } from '../failpoints/failpoint.js';
import { Inbox } from '../inbox/inbox.js';
import { outlivesInbox } from '../inbox/retention.js';
import { Log } from '../logging/log.js';
import { Tracing } from '../tracing/tracing.js';
import { classifyError } from './classify-error.js';
import { decodeRecord } from './decode-record.js';
import type { AnyEvent, EventHandler } from './event-context.js';
import type { ReceivedRecord } from './record.js';

/** The record cannot be handled, however often one tries. */
export interface Rejection {
  readonly kind: 'rejected';
  /** Stable word: `bad_headers`, `bad_json`, `bad_schema`, `unknown_topic`, `unknown_type`, `too_old`, `handler_failed`. */
  readonly reason: string;
  readonly error: string;
  /** As far as it could be read. */
  readonly envelope?: Envelope;
}

export type Outcome = { readonly kind: 'handled' | 'duplicate' | 'tombstone' } | Rejection;

/** How often content that fails is tried, and the milliseconds between the tries: another consumer's commit may mend it. */
const CONTENT_RETRIES_MS = [50, 200];

/** What happens to one record: parse against the contract, dedupe, handle. */
@Injectable()
export class EventPipeline {
  constructor(
    private readonly database: TenantDatabase,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly tracing: Tracing,
  ) {}

  /**
   * @param anyAge also a fact that the inbox may have forgotten: when an operator asks for it
   * @throws only what `classifyError` calls infrastructure: the record is to be tried again later
   */
  async run(
    record: ReceivedRecord,
    handler: EventHandler,
    { anyAge = false }: { anyAge?: boolean } = {},
  ): Promise<Outcome> {
    const decoded = decodeRecord(record);
    if (decoded.kind === 'tombstone') return { kind: 'tombstone' };
    if (decoded.kind === 'unknown-type') {
      // A newer producer's: skipped, it would be lost for this consumer, which may know it after its next release.
      const { envelope } = decoded;
      return {
        kind: 'rejected',
        reason: 'unknown_type',
        error: `${envelope.type} is not known here`,
        envelope,
      };
    }
    if (decoded.kind === 'malformed') {
      const { reason, problem: error, envelope } = decoded;
      return { kind: 'rejected', reason, error, ...(envelope && { envelope }) };
    }
    const { envelope, topic } = decoded.event;
    // Compacted topics keep their facts for ever; there the subject's revision tells old from new.
    if (!anyAge && !eventMap[topic].compacted && outlivesInbox(envelope, this.clock.now()))
      return {
        kind: 'rejected',
        reason: 'too_old',
        error: `fact ${envelope.id} of ${envelope.time}`,
        envelope,
      };
    return this.#handle(decoded.event, handler);
  }

  async #handle(event: AnyEvent, handler: EventHandler): Promise<Outcome> {
    const { correlationId, id, tenantId, traceparent: parent } = event.envelope;
    const span = this.tracing.start(`consume ${event.topic}`, 'consumer', parent, { 'event.id': id });
    const { traceparent } = span;
    const context = { correlationId, causationId: id, tenantId, ...(traceparent && { traceparent }) };
    try {
      const outcome = await runInContext(context, () => this.#tryContent(event, handler));
      span.end({ outcome: outcome.kind });
      return outcome;
    } catch (error) {
      span.end({ outcome: 'later' }, error);
      throw error;
    }
  }

  async #tryContent(event: AnyEvent, handler: EventHandler): Promise<Outcome> {
    const { envelope, topic } = event;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#attempt(event, handler);
      } catch (err) {
        if (classifyError(err) === 'infrastructure') throw err;
        this.log.warn({ err, topic, eventId: envelope.id, tries: tries + 1 }, 'a consumer failed');
        const pause = CONTENT_RETRIES_MS[tries];
        if (pause === undefined)
          return { kind: 'rejected', reason: 'handler_failed', error: describe(err), envelope };
        await sleep(pause);
      }
    }
  }

  #attempt(event: AnyEvent, handler: EventHandler): Promise<Outcome> {
    const { tenantId, id } = event.envelope;
    return this.database.transaction(tenantId, async (tx) => {
      if (!(await this.inbox.receive(tx, id))) return { kind: 'duplicate' };
      await handler(event, {
        tx,
        tenantId,
        afterCommit: (effect) => this.database.afterCommit(tx, effect),
      });
      await failpoint('consumer.before-commit');
      return { kind: 'handled' };
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : `thrown: ${JSON.stringify(error) ?? 'undefined'}`;
}
