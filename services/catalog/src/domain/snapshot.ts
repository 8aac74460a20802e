import type { Channel, CouponImage, CouponSnapshot } from '#contracts';
import type { Coupon } from './coupon.js';

/** What a snapshot says of the channel of its coupon. */
export type CouponChannel = Pick<Channel, 'partnerId' | 'status'>;

/** The whole coupon as other services get it. Only for coupons that were published. */
export function snapshotOf(
  coupon: Coupon,
  channel: CouponChannel,
  image: CouponImage | null,
): CouponSnapshot {
  return {
    couponId: coupon.couponId,
    channelId: coupon.channelId,
    partnerId: channel.partnerId,
    channelStatus: channel.status,
    version: coupon.version,
    status: coupon.status,
    finishedReason: coupon.finishedReason,
    type: coupon.type,
    name: present(coupon, 'name'),
    description: present(coupon, 'description'),
    terms: {
      maxRedemptions: coupon.maxRedemptions,
      maxRedemptionsPerUser: coupon.maxRedemptionsPerUser,
      timeLimit: coupon.timeLimit,
      price: coupon.price,
      bonus: coupon.bonus,
      validity: coupon.validity,
      trigger: coupon.triggerId === null ? null : { triggerId: coupon.triggerId, cost: coupon.triggerCost },
      hideIfNotAvailable: coupon.hideIfNotAvailable,
    },
    audience: coupon.audience,
    availability: present(coupon, 'availability'),
    programmeId: coupon.programmeId,
    levelIds: [...coupon.levelIds],
    imageId: coupon.imageId,
    image,
    position: coupon.position,
    editedAt: coupon.editedAt.toISOString(),
    schedule: {
      startAt: coupon.startAt?.toISOString() ?? null,
      endAt: coupon.endAt?.toISOString() ?? null,
      timeZone: present(coupon, 'timeZone'),
      recurrence: coupon.recurrence,
    },
    messages: { redeemed: present(coupon, 'redeemedMessage'), reminder: coupon.reminder },
    publishedAt: present(coupon, 'publishedAt').toISOString(),
  };
}

export function wasPublished(coupon: Coupon): boolean {
  return coupon.publishedAt !== null;
}

function present<Field extends keyof Coupon>(coupon: Coupon, field: Field): NonNullable<Coupon[Field]> {
  const value = coupon[field];
  // Publication has checked it: an absence is a defect of ours, and must not travel on as a fact.
  if (value === null) throw new Error(`Coupon ${coupon.couponId} was published without ${field}`);
  return value;
}
