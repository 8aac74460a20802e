import type { z } from 'zod';
import type { Envelope } from './envelope.js';
import { catalogCapRequest } from './events/catalog/cap-request.v1.js';
import { catalogChannel } from './events/catalog/channel.v1.js';
import { catalogCoupon } from './events/catalog/coupon.v1.js';
import { catalogImpression } from './events/catalog/impression.v1.js';
import { catalogPartner } from './events/catalog/partner.v1.js';
import { catalogPointName } from './events/catalog/point-name.v1.js';
import { catalogProgramme } from './events/catalog/programme.v1.js';
import { catalogTenant } from './events/catalog/tenant.v1.js';
import { catalogTrigger } from './events/catalog/trigger.v1.js';
import { notificationMessage } from './events/notification/message.v1.js';
import { platformAddon } from './events/platform/addon.v1.js';
import { platformChannel } from './events/platform/channel.v1.js';
import { platformFollow } from './events/platform/follow.v1.js';
import { platformLocation } from './events/platform/location.v1.js';
import { platformLoyalty } from './events/platform/loyalty.v1.js';
import { platformPartner } from './events/platform/partner.v1.js';
import { platformPointsEarned } from './events/platform/points-earned.v1.js';
import { platformUser } from './events/platform/user.v1.js';
import { redemptionAddon } from './events/redemption/addon.v1.js';
import { redemptionCap } from './events/redemption/cap.v1.js';
import { redemptionCouponApplied } from './events/redemption/coupon-applied.v1.js';
import { redemptionCouponExhausted } from './events/redemption/coupon-exhausted.v1.js';
import { redemptionFulfilment } from './events/redemption/fulfilment.v1.js';
import { redemptionPoints } from './events/redemption/points.v1.js';
import { redemptionRedemption } from './events/redemption/redemption.v1.js';
import { redemptionRefusal } from './events/redemption/refusal.v1.js';
import { redemptionReminder } from './events/redemption/reminder.v1.js';
import { schedulerDue } from './events/scheduler/due.v1.js';
import { targetingEstimate } from './events/targeting/estimate.v1.js';
import { targetingGrant } from './events/targeting/grant.v1.js';
import { serviceNames, type ServiceName, type TopicDefinition } from './topic.js';

/** Every topic, by name. A misspelt name does not compile, on the producer's side or on the consumer's. */
export const eventMap = {
  [catalogCapRequest.name]: catalogCapRequest,
  [catalogChannel.name]: catalogChannel,
  [catalogCoupon.name]: catalogCoupon,
  [catalogImpression.name]: catalogImpression,
  [catalogPartner.name]: catalogPartner,
  [catalogPointName.name]: catalogPointName,
  [catalogProgramme.name]: catalogProgramme,
  [catalogTenant.name]: catalogTenant,
  [catalogTrigger.name]: catalogTrigger,
  [notificationMessage.name]: notificationMessage,
  [platformAddon.name]: platformAddon,
  [platformChannel.name]: platformChannel,
  [platformFollow.name]: platformFollow,
  [platformLocation.name]: platformLocation,
  [platformLoyalty.name]: platformLoyalty,
  [platformPartner.name]: platformPartner,
  [platformPointsEarned.name]: platformPointsEarned,
  [platformUser.name]: platformUser,
  [redemptionAddon.name]: redemptionAddon,
  [redemptionCap.name]: redemptionCap,
  [redemptionCouponApplied.name]: redemptionCouponApplied,
  [redemptionCouponExhausted.name]: redemptionCouponExhausted,
  [redemptionFulfilment.name]: redemptionFulfilment,
  [redemptionPoints.name]: redemptionPoints,
  [redemptionRedemption.name]: redemptionRedemption,
  [redemptionRefusal.name]: redemptionRefusal,
  [redemptionReminder.name]: redemptionReminder,
  [schedulerDue.name]: schedulerDue,
  [targetingEstimate.name]: targetingEstimate,
  [targetingGrant.name]: targetingGrant,
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

/** Topic that takes what a service could not handle. */
export function deadLetterTopic(service: ServiceName): string {
  return `${service}.dead-letter.v1`;
}

/** What whoever sets up a broker must create. */
export const topics: readonly { name: string; partitions: number; compacted: boolean }[] = [
  ...Object.values(eventMap).map(({ name, partitions, compacted }) => ({ name, partitions, compacted })),
  ...serviceNames.map((service) => ({ name: deadLetterTopic(service), partitions: 1, compacted: false })),
];
