import { z } from 'zod';
import { id, instant, page, pageQuery } from '#contracts';
import type { DeadLetterRow } from './dead-letter.store.js';
import type { Outcome } from './event-pipeline.js';

/** The cursor is the last id of the page before. */
export const deadLetterQuery = pageQuery.extend({ cursor: id.optional() });
export type DeadLetterQuery = z.output<typeof deadLetterQuery>;

/** What an operator needs to find the cause; the bytes are on the dead-letter topic. */
export const deadLetterView = z
  .object({
    deadLetterId: id,
    topic: z.string(),
    partition: z.int(),
    offset: z.string(),
    eventId: id.nullable(),
    eventType: z.string().nullable(),
    reason: z.string().meta({ description: 'Stable word for the kind of failure.', example: 'bad_schema' }),
    error: z.string(),
    createdAt: instant,
    replays: z.int().min(0),
    /** When it was handled after all; null while it waits. */
    replayedAt: instant.nullable(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = z.output<typeof deadLetterView>;

export const deadLetterPage = page(deadLetterView).meta({ id: 'DeadLetterPage' });

export const replayView = z
  .object({
    outcome: z.enum(['handled', 'duplicate', 'tombstone', 'rejected']),
    /** When it was rejected again: why. */
    error: z.string().optional(),
  })
  .meta({ id: 'DeadLetterReplay' });
export type ReplayView = z.output<typeof replayView>;

export function toDeadLetterView(row: DeadLetterRow): DeadLetterView {
  return {
    deadLetterId: row.id,
    topic: row.topic,
    partition: row.partition,
    offset: row.message_offset,
    eventId: row.event_id,
    eventType: row.event_type,
    reason: row.reason,
    error: row.error,
    createdAt: row.created_at.toISOString(),
    replays: row.replays,
    replayedAt: row.replayed_at?.toISOString() ?? null,
  };
}

export function toReplayView(outcome: Outcome): ReplayView {
  return outcome.kind === 'rejected'
    ? { outcome: 'rejected', error: `${outcome.reason}: ${outcome.error}` }
    : { outcome: outcome.kind };
}
