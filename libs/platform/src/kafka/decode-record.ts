import { isAscii } from 'node:buffer';
import type { z } from 'zod';
import {
  cloudEventType,
  type Envelope,
  eventMap,
  fromHeaders,
  type TopicDefinition,
  type TopicName,
} from '#contracts';
import type { AnyEvent } from './event-context.js';
import type { ReceivedRecord } from './record.js';

/** Why a record cannot be a fact of the contracts. */
export type Malformed = 'bad_headers' | 'bad_json' | 'bad_schema' | 'unknown_topic';

export type Decoded =
  | { readonly kind: 'event'; readonly event: AnyEvent }
  | { readonly kind: 'tombstone' }
  /** A well-formed type that this version does not know: a newer producer's. */
  | { readonly kind: 'unknown-type'; readonly envelope: Envelope }
  | {
      readonly kind: 'malformed';
      readonly reason: Malformed;
      readonly problem: string;
      readonly envelope?: Envelope;
    };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a record against the contracts. Never throws: every kind of rubbish is an answer. */
export function decodeRecord(record: ReceivedRecord): Decoded {
  if (!isTopic(record.topic)) return malformed('unknown_topic', `${record.topic} is not in the contracts`);
  if (record.value === null) return { kind: 'tombstone' };
  const headers = decodeHeaders(record);
  if (typeof headers === 'string') return malformed('bad_headers', headers);
  const envelope = fromHeaders(headers);
  if ('problem' in envelope) return malformed('bad_headers', envelope.problem);
  const known = eventsByType(record.topic).get(envelope.type);
  if (known === undefined) return { kind: 'unknown-type', envelope };
  const { name, schema } = known;
  const json = parseJson(record.value);
  if ('problem' in json) return malformed('bad_json', json.problem, envelope);
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const problem = `data.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
    return malformed('bad_schema', problem, envelope);
  }
  // Topic, name and schema were looked up together in the map that the type is made from.
  const event = { topic: record.topic, name, envelope, data: parsed.data } as AnyEvent;
  return { kind: 'event', event };
}

type KnownEvents = ReadonlyMap<string, { readonly name: string; readonly schema: z.ZodType }>;

const knownEvents = new Map<TopicName, KnownEvents>();

/** Worked out once per topic: it is asked for every record. */
function eventsByType(topic: TopicName): KnownEvents {
  const known = knownEvents.get(topic);
  if (known) return known;
  const definition: TopicDefinition = eventMap[topic];
  const events: KnownEvents = new Map(
    Object.entries(definition.events).map(([name, { schema }]) => [
      cloudEventType(definition, name),
      { name, schema },
    ]),
  );
  knownEvents.set(topic, events);
  return events;
}

function isTopic(topic: string): topic is TopicName {
  return Object.hasOwn(eventMap, topic);
}

function malformed(reason: Malformed, problem: string, envelope?: Envelope): Decoded {
  return { kind: 'malformed', reason, problem, ...(envelope && { envelope }) };
}

/** Headers are short and nearly always ASCII, which costs a third of what a decoder that finds errors does. */
function textOf(value: Buffer): string {
  return isAscii(value) ? value.toString('latin1') : utf8.decode(value);
}

/** Header texts by name (the last one of a name counts), or what is wrong with one of them. */
function decodeHeaders({ headers }: ReceivedRecord): Record<string, string> | string {
  const texts: Record<string, string> = {};
  for (const [name, value] of headers) {
    try {
      texts[name] = textOf(value);
    } catch {
      // Only ours must be text; others may carry whatever they like.
      if (name.startsWith('ce_')) return `header ${name} is not UTF-8`;
    }
  }
  return texts;
}

function parseJson(value: Buffer): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(utf8.decode(value)) as unknown };
  } catch (error) {
    return {
      problem: `the value is not JSON in UTF-8: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}
