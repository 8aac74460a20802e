import type { z } from 'zod';
import {
  cloudEventType,
  dataSchemaUri,
  envelope,
  eventMap,
  toHeaders,
  type EventMap,
  type EventName,
  type ServiceName,
  type TopicDefinition,
  type TopicName,
} from '#contracts';
import type { RequestContext } from '../context/request-context.js';
import { newUuid } from '../ids/new-uuid.js';

/** What a fact's schema takes. */
export type EventInput<
  Topic extends TopicName,
  Name extends EventName<Topic>,
> = EventMap[Topic]['events'][Name] extends { schema: infer Schema extends z.ZodType }
  ? z.input<Schema>
  : never;

/** A fact about to leave. Topic and name fix what `data` must be. */
export interface NewEvent<
  Topic extends TopicName = TopicName,
  Name extends EventName<Topic> = EventName<Topic>,
> {
  readonly topic: Topic;
  readonly name: Name;
  readonly tenantId: string;
  /** Record key: facts with the same key keep their order. */
  readonly key: string;
  /** Whose state this is: `<kind>/<id>`. */
  readonly subject: string;
  /** Of the subject; absent on facts that are no state. */
  readonly revision?: number;
  /** When it became true: RFC 3339 UTC. */
  readonly time: string;
  readonly data: EventInput<Topic, Name>;
  /** UUIDv7; made when left out. */
  readonly id?: string;
}

/** One message as the outbox keeps it; also an element of the array that the SQL function `outbox_add(jsonb)` takes. */
export interface OutboxRow {
  readonly id: string;
  /** null when nobody knows: a dead letter whose headers could not be read. */
  readonly tenantId: string | null;
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

/** Who writes the fact, and on whose behalf. */
export interface EventOrigin extends Partial<
  Pick<RequestContext, 'correlationId' | 'causationId' | 'traceparent'>
> {
  readonly service: ServiceName;
}

/** Bytes of JSON. A broker takes 1 MB; what it would refuse must fail the command, not jam the outbox. */
const MAX_PAYLOAD = 700_000;

/**
 * The outbox row of a fact.
 * @throws Error naming the topic, the fact and the first field that breaks the contract
 */
export function outboxRow<Topic extends TopicName, Name extends EventName<Topic>>(
  event: NewEvent<Topic, Name>,
  origin: EventOrigin,
): OutboxRow {
  const { topic, name, tenantId, key, subject, revision, time } = event;
  const definition: TopicDefinition = eventMap[topic];
  const schema = definition.events[name]?.schema;
  if (!schema) throw new Error(`${topic} has no fact ${name}`);
  const id = event.id ?? newUuid();
  const attributes = {
    id,
    source: `/octopus/${origin.service}`,
    type: cloudEventType(definition, name),
    time,
    subject,
    dataschema: dataSchemaUri(definition, name),
    tenantId,
    revision,
    correlationId: origin.correlationId ?? id,
    causationId: origin.causationId,
    traceparent: origin.traceparent,
  };
  const checked = valid(envelope, attributes, `${topic} ${name}`);
  const payload = valid(schema, event.data, `${topic} ${name}: data`);
  refuseTooLarge(payload, `${topic} ${name}`);
  return { id, tenantId, topic, key, headers: toHeaders(checked), payload };
}

/** @throws Error when the value, as JSON, is more than a broker surely takes */
export function refuseTooLarge(payload: unknown, what: string): void {
  if (Buffer.byteLength(JSON.stringify(payload)) > MAX_PAYLOAD)
    throw new Error(`${what}: more than ${MAX_PAYLOAD} bytes of JSON`);
}

function valid<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${what}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}
