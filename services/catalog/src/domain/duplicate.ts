import type { Coupon } from './coupon.js';

/**
 * The coupon's texts and terms as a new draft. Instants that have passed stay behind: a draft holds none.
 * @param cap as redemption last told it: the coupon itself has the one of its publication
 */
export function duplicateOf(coupon: Coupon, couponId: string, cap: number | null, now: Date): Coupon {
  return {
    ...coupon,
    couponId,
    status: 'draft',
    finishedReason: null,
    pendingRevision: null,
    rejectedBecause: null,
    version: 1,
    maxRedemptions: cap,
    triggerCost: null,
    availability: null,
    startAt: toCome(coupon.startAt, now),
    endAt: toCome(coupon.endAt, now),
    timeZone: null,
    createdAt: now,
    editedAt: now,
    publishedAt: null,
  };
}

function toCome(at: Date | null, now: Date): Date | null {
  return at !== null && at > now ? at : null;
}
