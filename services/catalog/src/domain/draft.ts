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
    version: 1,
    name: body.name ?? null,
    description: body.description ?? null,
    redeemedMessage: body.redeemedMessage,
    maxRedemptions: body.maxRedemptions,
    maxRedemptionsPerUser: body.maxRedemptionsPerUser,
    startAt: instant(body.startAt),
    endAt: instant(body.endAt),
    timeZone: null,
    createdAt: now,
    publishedAt: null,
  };
  const errors = problemsOfDraft(draft, now);
  return errors.length > 0 ? refuse({ code: 'invalid_request', errors }) : accept(draft);
}

function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
