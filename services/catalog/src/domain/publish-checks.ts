import type { FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { problemsOfDraft } from './draft-checks.js';

const required = ['name', 'description', 'redeemedMessage'] as const;

/** Everything that still keeps the coupon from being published, all at once; empty = it can go. */
export function problemsToPublish(coupon: Coupon, now: Date): FieldError[] {
  const missing = required
    .filter((field) => coupon[field] === null)
    .map((field) => ({ pointer: `/${field}`, message: 'is required to publish' }));
  return [...missing, ...problemsOfDraft(coupon, now)];
}
