import { Injectable } from '@nestjs/common';
import { eventMap } from '#contracts';
import { Clock } from '../clock/clock.js';
import { runInContext } from '../context/request-context.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { failpoint } from '../failpoints/failpoint.js';
import { Inbox } from '../inbox/inbox.js';
import { beyondInbox } from '../inbox/retention.js';
import { Log } from '../logging/log.js';
import { Tracing } from '../tracing/tracing.js';
import { classifyError, isStatementTimeout } from './classify-error.js';
import { decodeRecord } from './decode-record.js';
import type { AnyEvent, BatchHandler } from './event-context.js';
import type { ReceivedRecord } from './record.js';

interface Taken {
  readonly record: ReceivedRecord;
  readonly event: AnyEvent;
}

/**
 * Many records in one transaction per tenant, for consumers that write in bulk. A short cut and nothing more: whatever is
 * not a plain fact, and every record of a transaction that failed for its content, is left to the way of single records,
 * which finds out whose fault it was. The inbox keeps the two from doing anything twice.
 */
@Injectable()
export class EventBatches {
  constructor(
    private readonly database: TenantDatabase,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly tracing: Tracing,
  ) {}

  /**
   * The records of one partition, in their order.
   * @returns what became of those that are done; the others are still to be taken one by one
   * @throws what `classifyError` calls infrastructure, but for a statement's timeout: in smaller parts it may pass
   */
  async run(
    records: readonly ReceivedRecord[],
    handler: BatchHandler,
  ): Promise<ReadonlyMap<ReceivedRecord, 'handled' | 'duplicate'>> {
    const done = new Map<ReceivedRecord, 'handled' | 'duplicate'>();
    for (const [tenantId, taken] of this.#byTenant(records)) {
      const fresh = await this.#attempt(tenantId, taken, handler);
      if (fresh === undefined) continue;
      for (const { record, event } of taken)
        done.set(record, fresh.delete(event.envelope.id) ? 'handled' : 'duplicate');
    }
    return done;
  }

  /** Tenants with two or more facts that may be handled: one alone gains nothing here. */
  #byTenant(records: readonly ReceivedRecord[]): [string, Taken[]][] {
    const outlivesInbox = beyondInbox(this.clock.now());
    const groups = new Map<string, Taken[]>();
    for (const record of records) {
      const decoded = decodeRecord(record);
      if (decoded.kind !== 'event') continue;
      const { event } = decoded;
      if (!eventMap[event.topic].compacted && outlivesInbox(event.envelope)) continue;
      const { tenantId } = event.envelope;
      const group = groups.get(tenantId);
      if (group === undefined) groups.set(tenantId, [{ record, event }]);
      else group.push({ record, event });
    }
    return [...groups].filter(([, taken]) => taken.length > 1);
  }

  /** The ids of the events that were handled now, or undefined when the transaction was rolled back. */
  async #attempt(
    tenantId: string,
    taken: readonly Taken[],
    handler: BatchHandler,
  ): Promise<Set<string> | undefined> {
    const [first] = taken;
    if (first === undefined) return undefined;
    const { topic, envelope } = first.event;
    const span = this.tracing.start(`consume ${topic}`, 'consumer', envelope.traceparent, {
      'event.count': taken.length,
    });
    const { traceparent } = span;
    // Facts that such a consumer writes belong to the batch: they carry the correlation of its first fact.
    const context = {
      correlationId: envelope.correlationId,
      causationId: envelope.id,
      tenantId,
      ...(traceparent && { traceparent }),
    };
    try {
      const fresh = await runInContext(context, () => this.#handle(tenantId, taken, handler));
      span.end({ outcome: 'handled' });
      return fresh;
    } catch (err) {
      const isContent = classifyError(err) === 'content' || isStatementTimeout(err);
      span.end({ outcome: isContent ? 'one by one' : 'later' }, err);
      if (!isContent) throw err;
      this.log.warn(
        { err, topic, records: taken.length },
        'a batch failed; its records are taken one by one',
      );
      return undefined;
    }
  }

  #handle(tenantId: string, taken: readonly Taken[], handler: BatchHandler): Promise<Set<string>> {
    return this.database.transaction(tenantId, async (tx) => {
      const fresh = await this.inbox.receiveAll(
        tx,
        taken.map(({ event }) => event.envelope.id),
      );
      const events = new Map(taken.map(({ event }) => [event.envelope.id, event]));
      const context = {
        tx,
        tenantId,
        afterCommit: (effect: () => void | Promise<void>) => this.database.afterCommit(tx, effect),
      };
      const unseen = [...events.values()].filter(({ envelope }) => fresh.has(envelope.id));
      if (unseen.length > 0) await handler(unseen, context);
      await failpoint('consumer.before-commit');
      return fresh;
    });
  }
}
