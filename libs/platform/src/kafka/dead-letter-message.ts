import { z } from 'zod';
import { deadLetterTopic, type ServiceName } from '#contracts';
import { newUuid } from '../ids/new-uuid.js';
import type { OutboxRow } from '../outbox/new-event.js';
import { encodeHeaders } from './dead-letter.store.js';
import type { Rejection } from './event-pipeline.js';
import type { ReceivedRecord } from './record.js';
import { storable } from './storable.js';

const base64 = z.base64();

/** Value of a message on `<service>.dead-letter.v1`: the record as it came, bytes as base64, and why it lies here. */
export const deadLetterPayload = z.object({
  /** Id of the row that an operator replays. */
  deadLetterId: z.uuid(),
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  key: base64.nullable(),
  /** true = too large to be repeated here; the row has it. So with the two below. */
  keyOmitted: z.boolean(),
  headers: z.array(z.tuple([base64.describe('name'), base64.describe('value')])),
  headersOmitted: z.boolean(),
  value: base64.nullable(),
  valueOmitted: z.boolean(),
  reason: z.string(),
  error: z.string(),
});
export type DeadLetterPayload = z.infer<typeof deadLetterPayload>;

/** Of key, headers and value together: as base64, and with what stands around them, they must still fit into a message. */
const MAX_BYTES = 400_000;
/** Quotes, brackets and padding around a header. */
const BYTES_AROUND_HEADER = 16;

/** The outbox row that tells the operators' tools of a dead letter. Texts that came with the record are made storable. */
export function deadLetterRow(
  deadLetterId: string,
  record: ReceivedRecord,
  { reason, error, envelope }: Rejection,
  origin: { service: ServiceName; now: Date },
): OutboxRow {
  const { topic, partition, offset } = record;
  const id = newUuid();
  const payload: DeadLetterPayload = {
    deadLetterId,
    topic,
    partition,
    offset,
    ...repeated(record),
    reason,
    error: storable(error),
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
      ...(envelope && {
        ce_tenantid: storable(envelope.tenantId),
        ce_correlationid: storable(envelope.correlationId),
        ce_causationid: storable(envelope.id),
      }),
    },
    payload,
  };
}

/** The record's bytes, as far as one message has room for them: the key first, then the headers, then the value. */
function repeated({
  key,
  headers,
  value,
}: ReceivedRecord): Pick<
  DeadLetterPayload,
  'key' | 'keyOmitted' | 'headers' | 'headersOmitted' | 'value' | 'valueOmitted'
> {
  let room = MAX_BYTES;
  const isTooMuch = (bytes: number): boolean => {
    if (bytes > room) return true;
    room -= bytes;
    return false;
  };
  const keyOmitted = isTooMuch(key?.length ?? 0);
  const headersOmitted = isTooMuch(bytesOf(headers));
  const valueOmitted = isTooMuch(value?.length ?? 0);
  return {
    key: keyOmitted ? null : (key?.toString('base64') ?? null),
    keyOmitted,
    headers: headersOmitted ? [] : encodeHeaders(headers),
    headersOmitted,
    value: valueOmitted ? null : (value?.toString('base64') ?? null),
    valueOmitted,
  };
}

function bytesOf(headers: ReceivedRecord['headers']): number {
  return headers.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + value.length + BYTES_AROUND_HEADER,
    0,
  );
}
