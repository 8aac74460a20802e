import type { CouponStatus } from '#contracts';
import { sampleIds } from '#contracts';
import type { Coupon } from '../src/domain/coupon.js';

/** Coupons for tests: complete ones, to be spoiled field by field. */
export const noon = new Date('2026-11-22T12:00:00.000Z');

export function minutes(count: number): Date {
  return new Date(noon.getTime() + count * 60_000);
}

export function draftCoupon(fields: Partial<Coupon> = {}): Coupon {
  return {
    couponId: sampleIds.coupon,
    channelId: sampleIds.channel,
    type: 'click',
    status: 'draft',
    finishedReason: null,
    version: 1,
    name: 'Free espresso',
    description: 'One espresso on the house.',
    redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}!',
    maxRedemptions: 100,
    maxRedemptionsPerUser: 1,
    startAt: null,
    endAt: null,
    timeZone: null,
    createdAt: minutes(-60),
    publishedAt: null,
    ...fields,
  };
}

export function couponIn(status: CouponStatus, fields: Partial<Coupon> = {}): Coupon {
  if (status === 'draft' || status === 'pending_approval') return draftCoupon({ status, ...fields });
  return draftCoupon({
    status,
    version: 2,
    finishedReason: status === 'finished' ? 'archived' : null,
    startAt: status === 'scheduled' ? minutes(30) : minutes(-30),
    timeZone: 'Europe/Zagreb',
    publishedAt: minutes(-45),
    ...fields,
  });
}
