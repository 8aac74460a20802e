import type { z } from 'zod';

/** The five services. */
export const serviceNames = ['catalog', 'redemption', 'scheduler', 'notification', 'targeting'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** One kind of fact on a topic. */
export interface EventDefinition<Schema extends z.ZodType = z.ZodType> {
  /** What happened, in one sentence for the reader of docs/events.md. */
  readonly description: string;
  readonly schema: Schema;
  /** A whole valid payload, shown in the documents; `npm run generate` records it under libs/contracts/recorded. */
  readonly sample: z.input<Schema>;
  /** Where the record key differs from the topic's. */
  readonly key?: string;
  /** Where the subject differs from the topic's. */
  readonly subject?: string;
  /**
   * Agreed, but nobody writes it yet: the shape may still change, its recordings may be replaced. Taken away by whoever
   * publishes it first; from then on both are for ever.
   */
  readonly planned?: true;
}

export interface TopicDefinition<
  Name extends string = string,
  Events extends Record<string, EventDefinition> = Record<string, EventDefinition>,
> {
  /** `<producer>.<fact>.v<major>`; a breaking change is a new topic. */
  readonly name: Name;
  /** Which room of the product (or `platform`, the rest of Octopus) is the only one to write it. */
  readonly producer: ServiceName | 'platform';
  /** The services whose HTTP edge takes such a fact in from role `service` and passes it on to the topic. */
  readonly ingestedBy?: readonly ServiceName[];
  /** The services that the topic is meant for; others may read it, too. */
  readonly consumers: readonly ServiceName[];
  readonly description: string;
  /** What the record key is made of: fields of the payload, joined by `/`. Facts with the same key keep their order. */
  readonly key: string;
  /**
   * Whose state a fact is, its `ce_subject`: fields of the payload in braces. Left out: the topic's own word and the key,
   * `coupon/{couponId}`.
   */
  readonly subject?: string;
  /** Whether facts bear `ce_revision`, which counts within the subject; left out: those of compacted topics do. */
  readonly revised?: boolean;
  /** Compacted topics keep the newest fact per key for ever; others are kept for a time. */
  readonly compacted: boolean;
  readonly partitions: number;
  /** Facts by name. The name is unique within the producer. */
  readonly events: Events;
}

/** Ties a sample to its schema at compile time. */
export function defineEvent<Schema extends z.ZodType>(
  definition: EventDefinition<Schema>,
): EventDefinition<Schema> {
  return definition;
}

export function defineTopic<const Name extends string, const Events extends Record<string, EventDefinition>>(
  definition: TopicDefinition<Name, Events>,
): TopicDefinition<Name, Events> {
  return definition;
}

/** What `NAMESPACE` may be: it becomes part of the names of topics, consumer groups, Redis keys and databases. */
export const namespacePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** A topic's name on the broker: `<namespace>.<topic>`, the plain name where there is no namespace. So with consumer groups. */
export function topicName(namespace: string | undefined, topic: string): string {
  return namespace === undefined ? topic : `${namespace}.${topic}`;
}

/** CloudEvents `type` of a fact on the wire: `octopus.redemption.redeemed.v1`. */
export function cloudEventType(topic: TopicDefinition, event: string): string {
  return `octopus.${topic.producer}.${event}.${versionOf(topic)}`;
}

/** CloudEvents `dataschema` of a fact. */
export function dataSchemaUri(topic: TopicDefinition, event: string): string {
  return `urn:octopus-coupons:schema:${topic.producer}.${event}.${versionOf(topic)}`;
}

/** Of one fact, with fields of its payload in braces: `points/{userId}/{pointNameId}`. */
export function subjectPattern(topic: TopicDefinition, event: string): string {
  const { subject, key = topic.key } = topic.events[event] ?? {};
  const fields = key.split('/').map((field) => `{${field}}`);
  return subject ?? topic.subject ?? `${topic.name.split('.')[1] ?? topic.name}/${fields.join('/')}`;
}

/** The subject of a fact with this payload. */
export function subjectOf(topic: TopicDefinition, event: string, payload: unknown): string {
  return subjectPattern(topic, event).replace(/\{([\w.]+)\}/g, (_, path: string) =>
    String(fieldOf(payload, path)),
  );
}

export function isRevised({ revised, compacted }: TopicDefinition): boolean {
  return revised ?? compacted;
}

function fieldOf(payload: unknown, path: string): unknown {
  return path.split('.').reduce((value, field) => (value as Record<string, unknown>)[field], payload);
}

function versionOf(topic: TopicDefinition): string {
  return topic.name.slice(topic.name.lastIndexOf('.') + 1);
}
