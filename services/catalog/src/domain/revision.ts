import { guardedField } from '#contracts';
import type { Coupon } from './coupon.js';
import { same } from './same.js';

/** The coupon as it would be after the approval of what is pending; itself where nothing is. */
export function asProposed(coupon: Coupon): Coupon {
  return { ...coupon, ...coupon.pendingRevision?.fields };
}

/**
 * Puts the guarded fields of `wanted` aside, where coupons for everyone are concerned: they stay as they are approved,
 * and what differs is pending. Null where nothing differs any more: a field that is set back is no wish.
 */
export function withGuardedAside(live: Coupon, wanted: Coupon, now: Date): Coupon {
  const differing = guardedField.options.filter((field) => !same(wanted[field], live[field]));
  const fields = Object.fromEntries(differing.map((field) => [field, wanted[field]]));
  const approved = Object.fromEntries(guardedField.options.map((field) => [field, live[field]]));
  const pendingRevision = differing.length > 0 ? { fields, proposedAt: now.toISOString() } : null;
  const unchanged = same(pendingRevision?.fields, live.pendingRevision?.fields);
  return {
    ...wanted,
    ...approved,
    pendingRevision: unchanged ? live.pendingRevision : pendingRevision,
    // A new wish has not been rejected yet.
    rejectedBecause: unchanged || pendingRevision === null ? live.rejectedBecause : null,
  };
}
