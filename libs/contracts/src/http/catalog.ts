import { z } from 'zod';
import {
  couponAudience,
  couponAvailability,
  couponReminder,
  couponStatus,
  couponTrigger,
  couponType,
  finishedReason,
  pointsAmount,
} from '../events/catalog/coupon.v1.js';
import { couponImage } from '../coupon-image.js';
import { channel } from '../events/platform/channel.v1.js';
import { capRefusal } from '../events/redemption/cap.v1.js';
import { count, duration, id, instant, positiveCount, revision, text, timeZone } from '../primitives.js';
import { recurrence, writtenRecurrence } from '../timeframe/recurrence.js';
import { occurrence } from '../timeframe/window.js';
import { page } from './paging.js';
import { fieldError } from './problem.js';

const cap = positiveCount.max(1_000_000_000).nullable();

const stretch = duration.strict().nullable();
const amount = pointsAmount.strict().nullable();

/** What an owner writes into a draft. Whether it makes sense together is decided when it is published. */
const draftFields = {
  type: couponType,
  name: text({ min: 1, max: 80 }),
  description: text({ min: 1, max: 2000 }),
  redeemedMessage: text({ min: 1, max: 1000 }).describe(
    'Placeholders: {{user.name}} {{coupon.name}} {{channel.name}}.',
  ),
  reminder: couponReminder
    .strict()
    .nullable()
    .describe(
      'Goes out at 10:00 in the zone of the user, once; null = none. Placeholders: those of the redeemed message and ' +
        '{{valid.until}} {{points.missing}}.',
    ),
  maxRedemptions: cap.describe('null = unlimited.'),
  maxRedemptionsPerUser: cap.describe('null = unlimited.'),
  timeLimit: stretch.describe('Least time between two redemptions by one user; null = none.'),
  price: amount.describe('Points that a redemption takes.'),
  bonus: amount.describe('Points of a loyalty programme that a redemption gives.'),
  validity: stretch.describe(
    'How long a user may redeem it from when it became available; null = to its end.',
  ),
  triggerId: id.nullable().describe("The external call that a redemption triggers, of the tenant's list."),
  hideIfNotAvailable: z.boolean().describe('true = hidden while the balance is below the price.'),
  pointsTakenAutomatically: z
    .boolean()
    .describe('The owner knows that an automatic coupon takes its price without being asked.'),
  audience: couponAudience.describe('`everyone` needs the approval of the tenant.'),
  programmeId: id.nullable().describe('Loyalty programme that the coupon belongs to.'),
  levelIds: z
    .array(id)
    .max(100)
    .refine((ids) => new Set(ids).size === ids.length, 'must name each level once')
    .describe(
      'Limits the coupon to users of these levels of its programme; empty = no limit. One that was published for all levels cannot be limited any more.',
    ),
  imageId: id
    .nullable()
    .describe('An image uploaded before by `POST /v1/images`; null = none, which is not enough to publish.'),
  position: positiveCount
    .max(1_000_000)
    .nullable()
    .describe('Ascending order on the channel page; null = after all that have one.'),
  startAt: instant.nullable().describe('null = from publication on.'),
  endAt: instant.nullable(),
  recurrence: writtenRecurrence.nullable().describe("Read in the channel's time zone."),
};

/** A draft may lack anything but the channel and the type; what is there must be well formed. */
export const createCouponBody = z.strictObject({
  channelId: id,
  ...draftFields,
  name: draftFields.name.optional(),
  description: draftFields.description.optional(),
  redeemedMessage: draftFields.redeemedMessage.default('Enjoy your {{coupon.name}}!'),
  reminder: draftFields.reminder.default(null),
  maxRedemptions: draftFields.maxRedemptions.default(null),
  maxRedemptionsPerUser: draftFields.maxRedemptionsPerUser
    .optional()
    .describe('null = unlimited; left out: 1 for an automatic coupon, else unlimited.'),
  timeLimit: draftFields.timeLimit.default(null),
  price: draftFields.price.default(null),
  bonus: draftFields.bonus.default(null),
  validity: draftFields.validity.default(null),
  triggerId: draftFields.triggerId.default(null),
  hideIfNotAvailable: draftFields.hideIfNotAvailable.default(false),
  pointsTakenAutomatically: draftFields.pointsTakenAutomatically.default(false),
  audience: draftFields.audience.default('followers'),
  programmeId: draftFields.programmeId.default(null),
  levelIds: draftFields.levelIds.default([]),
  imageId: draftFields.imageId.default(null),
  position: draftFields.position.default(null),
  startAt: draftFields.startAt.default(null),
  endAt: draftFields.endAt.default(null),
  recurrence: draftFields.recurrence.default(null),
});
export type CreateCouponBody = z.output<typeof createCouponBody>;

/** What is left out stays as it is; null empties a field. */
export const changeCouponBody = z
  .strictObject({
    ...draftFields,
    name: draftFields.name.nullable(),
    description: draftFields.description.nullable(),
    redeemedMessage: draftFields.redeemedMessage.nullable(),
  })
  .partial();
export type ChangeCouponBody = z.output<typeof changeCouponBody>;

const timeframeFields = { startAt: true, endAt: true, recurrence: true } as const;
const userFields = { audience: true, levelIds: true } as const;

/** What each step of the wizard saves; a field of another step is refused as unknown. */
export const changeDetailsBody = changeCouponBody.omit({ ...timeframeFields, ...userFields });
export const changeTimeframeBody = changeCouponBody.pick(timeframeFields);
export const changeUsersBody = changeCouponBody.pick(userFields);

export const couponStep = z.enum(['details', 'timeframe', 'users']);
export type CouponStep = z.infer<typeof couponStep>;

/** What a draft still lacks, and by which action it then goes out. */
export const couponReadiness = z
  .object({
    couponId: id,
    version: positiveCount.describe('Of the draft that was looked at.'),
    ready: z.boolean(),
    action: z.enum(['publish', 'submit']).describe('`submit`: the tenant has to approve it.'),
    missing: fieldError.extend({ step: couponStep }).array().describe('In the order of the steps.'),
  })
  .meta({ id: 'CouponReadiness' });
export type CouponReadiness = z.infer<typeof couponReadiness>;

/** Fields of steps that are not saved yet; what is left out is taken as it is saved. */
export const previewTimeframeBody = changeCouponBody.pick({ ...timeframeFields, validity: true });
export type PreviewTimeframeBody = z.output<typeof previewTimeframeBody>;

const localInstant = z
  .string()
  .nullable()
  .describe('The same instant as the clock of the zone shows it, with its offset.')
  .meta({ example: '2027-03-28T09:00:00+02:00' });

/** What a timeframe comes to: the next windows, and why one is not what its times of day say. */
export const timeframePreview = z
  .object({
    couponId: id,
    timeZone: timeZone.describe('In which the recurrence is read.'),
    windows: occurrence
      .extend({ local: z.object({ opensAt: localInstant, closesAt: localInstant }).nullable() })
      .array()
      .describe('The next 20 windows, the open one included, with dropped occurrences between them.'),
    icalendar: z
      .string()
      .nullable()
      .describe('DTSTART and RRULE (RFC 5545) of the starts; null: no window.')
      .meta({ example: 'DTSTART;TZID=Europe/Zagreb:20270328T090000\r\nRRULE:FREQ=DAILY' }),
    warnings: fieldError.array().describe('Allowed, but hardly meant.'),
  })
  .meta({ id: 'TimeframePreview' });
export type TimeframePreview = z.infer<typeof timeframePreview>;

/** What the tenant approves in a coupon for everyone (U4): from then on it changes by a revision only. */
export const guardedField = z.enum([
  'name',
  'description',
  'imageId',
  'redeemedMessage',
  'reminder',
  'triggerId',
]);
export type GuardedField = z.infer<typeof guardedField>;

const guardedValue = z.union([z.string(), couponReminder]).nullable();

/** What an owner wants to change in an approved coupon, field by field beside what is live. */
export const pendingRevisionView = z
  .object({
    proposedAt: instant,
    changes: z.object({ field: guardedField, live: guardedValue, proposed: guardedValue }).array(),
    image: couponImage
      .nullable()
      .describe('Where the renditions of a proposed image are; null = none is proposed.'),
  })
  .meta({ id: 'PendingRevision' });
export type PendingRevisionView = z.infer<typeof pendingRevisionView>;

/** The tenant sends a coupon back to its owner, or its pending revision. */
export const rejectCouponBody = z.strictObject({ reason: text({ min: 1, max: 500 }) });
export type RejectCouponBody = z.output<typeof rejectCouponBody>;

export const couponView = z
  .object({
    couponId: id,
    channelId: id,
    type: couponType,
    status: couponStatus,
    finishedReason: finishedReason.nullable(),
    rejectedBecause: z
      .string()
      .nullable()
      .describe(
        'Why the tenant rejected it, or its last revision; null again once something is proposed anew.',
      ),
    pendingRevision: pendingRevisionView
      .nullable()
      .describe('Waits for the approval of the tenant; until then the coupon stays as it is shown here.'),
    version: positiveCount,
    name: z.string().nullable(),
    description: z.string().nullable(),
    redeemedMessage: z.string().nullable(),
    reminder: couponReminder.nullable(),
    maxRedemptions: positiveCount.nullable(),
    maxRedemptionsPerUser: positiveCount.nullable(),
    timeLimit: duration.nullable(),
    price: pointsAmount.nullable(),
    bonus: pointsAmount.nullable(),
    validity: duration.nullable(),
    trigger: couponTrigger.nullable().describe('Its cost is taken over at publication; null before.'),
    hideIfNotAvailable: z.boolean(),
    pointsTakenAutomatically: z.boolean(),
    audience: couponAudience,
    availability: couponAvailability.nullable().describe('Fixed at publication; null before.'),
    programmeId: id.nullable(),
    levelIds: z.array(id),
    imageId: id.nullable(),
    image: couponImage.nullable().describe('Where the renditions of `imageId` are.'),
    position: positiveCount.nullable(),
    redeemed: count.describe('So many of `maxRedemptions`.'),
    uniqueUsers: count.describe('So many different people; voided redemptions do not count.'),
    availableFrom: instant
      .nullable()
      .describe(
        'From when on it could be had: published, started, and its channel active; null while one of them is missing. May lie ahead.',
      ),
    startAt: instant.nullable(),
    endAt: instant.nullable(),
    timeZone,
    recurrence: recurrence.nullable(),
    takingEffect: z.boolean().describe('true while redemptions are still decided on an older version.'),
    createdAt: instant,
    editedAt: instant.describe('Last edit by the owner; orders coupons of the same position.'),
    publishedAt: instant.nullable(),
  })
  .meta({ id: 'Coupon' });
export type CouponView = z.infer<typeof couponView>;

export const couponPage = page(couponView).meta({ id: 'CouponPage' });

/** Asks for another total cap of a published coupon; redemption, which knows how much is left, decides. */
export const requestCapBody = z.strictObject({
  maxRedemptions: cap.describe('null = unlimited.'),
  expectedMax: cap
    .optional()
    .describe('The cap that was shown; the request is refused, `changed`, where another holds by then.'),
});
export type RequestCapBody = z.output<typeof requestCapBody>;

export const capRequestView = z
  .object({
    requestId: id,
    couponId: id,
    maxRedemptions: positiveCount.nullable().describe('The cap that was asked for; null = unlimited.'),
    state: z.enum(['pending', 'applied', 'refused']),
    reason: capRefusal.nullable().describe('Why it was refused; null in other states.'),
    overdue: z
      .boolean()
      .describe('true while it is pending for more than two minutes: operators have to look, ask again.'),
    requestedAt: instant,
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'CapRequest' });
export type CapRequestView = z.infer<typeof capRequestView>;

export const channelView = channel.meta({ id: 'Channel' });

/** By channel id. */
export const channelPage = page(channelView).meta({ id: 'ChannelPage' });

/** A fact about a channel, put in over HTTP by role `service`; it takes effect through its topic. */
export const putChannelBody = channel.omit({ channelId: true }).extend({ revision }).strict();
export type PutChannelBody = z.output<typeof putChannelBody>;

/** Answer to a fact put in over HTTP: taken, and on its way. */
export const factAccepted = z.object({ eventId: id }).meta({ id: 'FactAccepted' });
