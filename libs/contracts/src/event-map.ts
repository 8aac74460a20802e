import type { z } from 'zod';
import type { Envelope } from './envelope.js';
import { catalogCoupon } from './events/catalog/coupon.v1.js';
import { notificationMessage } from './events/notification/message.v1.js';
import { platformChannel } from './events/platform/channel.v1.js';
import { platformFollow } from './events/platform/follow.v1.js';
import { platformUser } from './events/platform/user.v1.js';
import { redemptionCouponApplied } from './events/redemption/coupon-applied.v1.js';
import { redemptionCouponExhausted } from './events/redemption/coupon-exhausted.v1.js';
import { redemptionRedemption } from './events/redemption/redemption.v1.js';
import { schedulerDue } from './events/scheduler/due.v1.js';
import type { TopicDefinition } from './topic.js';

/** Every topic, by name. A misspelt name does not compile, on the producer's side or on the consumer's. */
export const eventMap = {
  [catalogCoupon.name]: catalogCoupon,
  [notificationMessage.name]: notificationMessage,
  [platformChannel.name]: platformChannel,
  [platformFollow.name]: platformFollow,
  [platformUser.name]: platformUser,
  [redemptionCouponApplied.name]: redemptionCouponApplied,
  [redemptionCouponExhausted.name]: redemptionCouponExhausted,
  [redemptionRedemption.name]: redemptionRedemption,
  [schedulerDue.name]: schedulerDue,
} as const satisfies Record<string, TopicDefinition>;

export type EventMap = typeof eventMap;
export type TopicName = keyof EventMap;
/** Names of the facts on a topic. */
export type EventName<Topic extends TopicName> = keyof EventMap[Topic]['events'] & string;

type EventsOf<Topic extends TopicName> = EventMap[Topic]['events'];
type SchemaOf<Topic extends TopicName, Name extends keyof EventsOf<Topic>> = EventsOf<Topic>[Name] extends {
  schema: infer Schema extends z.ZodType;
}
  ? Schema
  : never;

/** Parsed payload of one fact. */
export type EventData<Topic extends TopicName, Name extends EventName<Topic>> = z.output<
  SchemaOf<Topic, Name>
>;

/** A received fact: envelope, name and parsed payload; narrow it by `name` where a topic carries several. */
export type EventOf<Topic extends TopicName> = {
  [Name in EventName<Topic>]: {
    readonly topic: Topic;
    readonly name: Name;
    readonly envelope: Envelope;
    readonly data: EventData<Topic, Name>;
  };
}[EventName<Topic>];

const services = ['catalog', 'redemption', 'scheduler', 'notification', 'targeting'] as const;
export type ServiceName = (typeof services)[number];
export const serviceNames: readonly ServiceName[] = services;

/** Topic that takes what a service could not handle. */
export function deadLetterTopic(service: ServiceName): string {
  return `${service}.dead-letter.v1`;
}

/** What whoever sets up a broker must create. */
export const topics: readonly { name: string; partitions: number; compacted: boolean }[] = [
  ...Object.values(eventMap).map(({ name, partitions, compacted }) => ({ name, partitions, compacted })),
  ...services.map((service) => ({ name: deadLetterTopic(service), partitions: 1, compacted: false })),
];
