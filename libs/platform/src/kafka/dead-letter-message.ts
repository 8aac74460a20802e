import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { deadLetterTopic, type ServiceName } from '#contracts';
import type { OutboxRow } from '../outbox/new-event.js';
import { encodeHeaders } from './dead-letter.store.js';
import type { Rejection } from './event-pipeline.js';
import type { ReceivedRecord } from './record.js';

const base64 = z.base64();

/** Value of a message on `<service>.dead-letter.v1`: the record as it came, bytes as base64, and why it lies here. */
export const deadLetterPayload = z.object({
  /** Id of the row that an operator replays. */
  deadLetterId: z.uuid(),
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  key: base64.nullable(),
  headers: z.array(z.tuple([base64.describe('name'), base64.describe('value')])),
  value: base64.nullable(),
  /** true = too large to be repeated here; the row has it. */
  valueOmitted: z.boolean(),
  reason: z.string(),
  error: z.string(),
});
export type DeadLetterPayload = z.infer<typeof deadLetterPayload>;

/** As base64 it must still fit into a message. */
const MAX_VALUE_BYTES = 400_000;

/** The outbox row that tells the operators' tools of a dead letter. */
export function deadLetterRow(
  deadLetterId: string,
  record: ReceivedRecord,
  { reason, error, envelope }: Rejection,
  origin: { service: ServiceName; now: Date },
): OutboxRow {
  const { topic, partition, offset, key, headers, value } = record;
  const id = uuidv7();
  const valueOmitted = (value?.length ?? 0) > MAX_VALUE_BYTES;
  const payload: DeadLetterPayload = {
    deadLetterId,
    topic,
    partition,
    offset,
    key: key?.toString('base64') ?? null,
    headers: encodeHeaders(headers),
    value: valueOmitted ? null : (value?.toString('base64') ?? null),
    valueOmitted,
    reason,
    error: error.slice(0, 4_000),
  };
  return {
    id,
    tenantId: envelope?.tenantId ?? null,
    topic: deadLetterTopic(origin.service),
    key: `${topic}/${partition}`,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: `/octopus/${origin.service}`,
      ce_type: `octopus.${origin.service}.dead-letter.v1`,
      ce_time: origin.now.toISOString(),
      ce_subject: `dead-letter/${deadLetterId}`,
      ...(envelope && { ce_tenantid: envelope.tenantId, ce_correlationid: envelope.correlationId }),
      ...(envelope && { ce_causationid: envelope.id }),
    },
    payload,
  };
}
