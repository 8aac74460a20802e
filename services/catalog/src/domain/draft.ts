import type { CreateCouponBody } from '#contracts';
import type { Coupon } from './coupon.js';
import { problemsOfDraft } from './draft-checks.js';
import { accept, type Decision, refuse } from './refusal.js';

/** A new draft: may lack what publication asks for, but holds nothing malformed (D0). */
export function newDraft(couponId: string, body: CreateCouponBody, now: Date): Decision<Coupon> {
  const draft: Coupon = {
    couponId,
    channelId: body.channelId,
    type: body.type,
    status: 'draft',
    finishedReason: null,
    rejectedBecause: null,
    pendingRevision: null,
    version: 1,
    name: body.name ?? null,
    description: body.description ?? null,
    redeemedMessage: body.redeemedMessage,
    reminder: body.reminder,
    maxRedemptions: body.maxRedemptions,
    maxRedemptionsPerUser: perUser(body),
    timeLimit: body.timeLimit,
    price: body.price,
    bonus: body.bonus,
    validity: body.validity,
    triggerId: body.triggerId,
    triggerCost: null,
    hideIfNotAvailable: body.hideIfNotAvailable,
    pointsTakenAutomatically: body.pointsTakenAutomatically,
    audience: body.audience,
    availability: null,
    programmeId: body.programmeId,
    levelIds: body.levelIds,
    imageId: body.imageId,
    position: body.position,
    startAt: instant(body.startAt),
    endAt: instant(body.endAt),
    timeZone: null,
    recurrence: body.recurrence,
    createdAt: now,
    editedAt: now,
    publishedAt: null,
  };
  const errors = problemsOfDraft(draft, now);
  return errors.length > 0 ? refuse({ code: 'invalid_request', errors }) : accept(draft);
}

/** An automatic coupon is meant once per user unless its owner says otherwise (T5). */
function perUser({ type, maxRedemptionsPerUser }: CreateCouponBody): number | null {
  if (maxRedemptionsPerUser !== undefined) return maxRedemptionsPerUser;
  return type === 'auto' ? 1 : null;
}

export function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
