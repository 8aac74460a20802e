import { z } from 'zod';
import { id, instant, label, revision, storableString } from './primitives.js';

/**
 * What every fact carries besides its payload: CloudEvents 1.0 attributes plus our extensions.
 * On Kafka they are headers (`ce_<attribute>`, binary content mode) and the payload is the JSON value.
 */
export const envelope = z.object({
  id: id.describe('Unique for ever; the inbox dedupes on it.'),
  source: storableString().startsWith('/').describe('`/octopus/<producer>`.'),
  type: z
    .string()
    .regex(/^octopus\.[a-z-]+\.[a-z-]+\.v\d+$/)
    .describe('`octopus.<producer>.<event>.v1`.'),
  time: instant.describe('When the fact became true.'),
  subject: storableString()
    .min(1)
    .describe('Whose state this is: `<kind>/<id>`, such as `coupon/0198…`. `revision` counts within it.'),
  dataschema: storableString()
    .min(1)
    .describe('Schema of the value: `urn:octopus-coupons:schema:<producer>.<event>.v1`.'),
  tenantId: id.describe('Extension `tenantid`.'),
  revision: revision
    .optional()
    .describe('Extension `revision`; absent on facts that are no state (they are deduplicated by id alone).'),
  correlationId: label({ max: 200 }).describe(
    'Extension `correlationid`: the same from the first request to the last effect.',
  ),
  causationId: label({ max: 200 })
    .optional()
    .describe('Extension `causationid`: id of the fact or request that directly led to this one.'),
  traceparent: storableString().max(100).optional().describe('Distributed tracing extension (W3C).'),
});
export type Envelope = z.infer<typeof envelope>;

const headerNames: Record<keyof Envelope, string> = {
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  subject: 'ce_subject',
  dataschema: 'ce_dataschema',
  tenantId: 'ce_tenantid',
  revision: 'ce_revision',
  correlationId: 'ce_correlationid',
  causationId: 'ce_causationid',
  traceparent: 'ce_traceparent',
};

/** Kafka headers of a fact in CloudEvents binary mode. */
export function toHeaders(value: Envelope): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ce_specversion: '1.0' };
  for (const [attribute, header] of Object.entries(headerNames)) {
    const present = value[attribute as keyof Envelope];
    if (present !== undefined) headers[header] = String(present);
  }
  return headers;
}

export type EnvelopeProblem = { readonly problem: string };

/** Reads the envelope from decoded headers; says in one line what is wrong when it cannot. */
export function fromHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Envelope | EnvelopeProblem {
  if (headers['ce_specversion'] !== '1.0')
    return { problem: 'header ce_specversion is not 1.0: not a CloudEvent in binary mode' };
  const raw: Record<string, unknown> = {};
  for (const [attribute, header] of Object.entries(headerNames)) {
    const value = headers[header];
    if (value !== undefined) raw[attribute] = attribute === 'revision' ? wholeNumber(value) : value;
  }
  const parsed = envelope.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const attribute = String(issue?.path[0] ?? 'id') as keyof Envelope;
  return { problem: `header ${headerNames[attribute]}: ${issue?.message ?? 'invalid'}` };
}

/** CloudEvents writes integers in plain decimal; anything else stays a string, which the schema refuses. */
function wholeNumber(value: string): number | string {
  return /^\d{1,16}$/.test(value) ? Number(value) : value;
}
