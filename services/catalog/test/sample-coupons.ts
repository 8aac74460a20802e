import type { CouponStatus } from '#contracts';
import { sampleIds } from '#contracts';
import type { Coupon, PendingRevision } from '../src/domain/coupon.js';
import type { Surroundings } from '../src/domain/surroundings.js';

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
    rejectedBecause: null,
    pendingRevision: null,
    version: 1,
    name: 'Free espresso',
    description: 'One espresso on the house.',
    redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}!',
    reminder: null,
    maxRedemptions: 100,
    maxRedemptionsPerUser: 1,
    timeLimit: null,
    price: null,
    bonus: null,
    validity: null,
    triggerId: null,
    triggerCost: null,
    hideIfNotAvailable: false,
    pointsTakenAutomatically: false,
    audience: 'followers',
    availability: null,
    programmeId: null,
    levelIds: [],
    imageId: sampleIds.image,
    position: null,
    startAt: null,
    endAt: null,
    timeZone: null,
    recurrence: null,
    createdAt: minutes(-60),
    editedAt: minutes(-60),
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
    availability: 'rule',
    ...fields,
  });
}

export const pendingRevision: PendingRevision = { fields: { name: 'Cake' }, proposedAt: noon.toISOString() };

/** Of the sample coupon's channel; nothing is known there unless the test says so. */
export function surroundings(fields: Partial<Surroundings> = {}): Surroundings {
  return {
    timeZone: 'Europe/Zagreb',
    partnerId: sampleIds.partner,
    pointNames: [],
    programmes: [],
    trigger: null,
    image: { imageId: sampleIds.image, isKnown: true, isWhole: true },
    autoCoupons: [],
    ...fields,
  };
}
