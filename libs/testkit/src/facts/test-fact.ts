import type { z } from 'zod';
import {
  cloudEventType,
  dataSchemaUri,
  type Channel,
  type CouponSnapshot,
  type EventMap,
  type EventName,
  eventMap,
  type Follow,
  toHeaders,
  type TopicDefinition,
  type TopicName,
  type User,
} from '#contracts';
import { newId } from '../new-id.js';

type SchemaOf<T extends TopicName, N extends EventName<T>> = EventMap[T]['events'][N] extends {
  schema: infer S extends z.ZodType;
}
  ? S
  : never;

/** A fact as a test states it; what is left out gets a value that every reader accepts. */
export interface TestFact<T extends TopicName, N extends EventName<T> = EventName<T>> {
  topic: T;
  name: N;
  tenantId: string;
  /** Record key. */
  key: string;
  /** `<kind>/<id>` */
  subject: string;
  data: z.input<SchemaOf<T, N>>;
  id?: string;
  revision?: number;
  time?: string;
  correlationId?: string;
}

export interface TestRecord {
  key: string;
  value: string;
  headers: Record<string, string>;
}

/** The Kafka record of a fact, and its event id. The data is not checked: a test may well want it to be wrong. */
export function recordOf<T extends TopicName>(fact: TestFact<T>): TestRecord & { eventId: string } {
  const topic: TopicDefinition = eventMap[fact.topic];
  const eventId = fact.id ?? newId();
  const headers = toHeaders({
    id: eventId,
    source: `/octopus/${topic.producer}`,
    type: cloudEventType(topic, fact.name),
    time: fact.time ?? new Date().toISOString(),
    subject: fact.subject,
    dataschema: dataSchemaUri(topic, fact.name),
    tenantId: fact.tenantId,
    correlationId: fact.correlationId ?? newId(),
    ...(fact.revision === undefined ? {} : { revision: fact.revision }),
  });
  return { eventId, key: fact.key, value: JSON.stringify(fact.data), headers };
}

/** The coupon's version is the fact's revision. */
export function couponFact(tenantId: string, data: CouponSnapshot): TestFact<'catalog.coupon.v1'> {
  return {
    topic: 'catalog.coupon.v1',
    name: 'coupon-snapshot',
    tenantId,
    key: data.couponId,
    subject: `coupon/${data.couponId}`,
    revision: data.version,
    data,
  };
}

export function followFact(tenantId: string, data: Follow, revision = 1): TestFact<'platform.follow.v1'> {
  return {
    topic: 'platform.follow.v1',
    name: 'follow-changed',
    tenantId,
    key: `${data.channelId}/${data.userId}`,
    subject: `follow/${data.channelId}/${data.userId}`,
    revision,
    data,
  };
}

export function channelFact(tenantId: string, data: Channel, revision = 1): TestFact<'platform.channel.v1'> {
  return {
    topic: 'platform.channel.v1',
    name: 'channel-changed',
    tenantId,
    key: data.channelId,
    subject: `channel/${data.channelId}`,
    revision,
    data,
  };
}

export function userFact(tenantId: string, data: User, revision = 1): TestFact<'platform.user.v1'> {
  return {
    topic: 'platform.user.v1',
    name: 'user-changed',
    tenantId,
    key: data.userId,
    subject: `user/${data.userId}`,
    revision,
    data,
  };
}
