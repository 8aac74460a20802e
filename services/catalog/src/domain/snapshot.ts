import type { CouponSnapshot } from '#contracts';
import type { Coupon } from './coupon.js';

/** The whole coupon as other services get it. Only for coupons that were published. */
export function snapshotOf(coupon: Coupon): CouponSnapshot {
  return {
    couponId: coupon.couponId,
    channelId: coupon.channelId,
    version: coupon.version,
    status: coupon.status,
    finishedReason: coupon.finishedReason,
    type: coupon.type,
    name: present(coupon, 'name'),
    description: present(coupon, 'description'),
    terms: {
      maxRedemptions: coupon.maxRedemptions,
      maxRedemptionsPerUser: coupon.maxRedemptionsPerUser,
    },
    schedule: {
      startAt: coupon.startAt?.toISOString() ?? null,
      endAt: coupon.endAt?.toISOString() ?? null,
      timeZone: present(coupon, 'timeZone'),
    },
    messages: { redeemed: present(coupon, 'redeemedMessage') },
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
