import type { FieldError } from '#contracts';
import type { Coupon } from '../coupon.js';
import type { Surroundings } from '../surroundings.js';

/** What keeps a coupon from being published as far as one rule is concerned, each with the field to mend. */
export type PublishRule = (coupon: Coupon, surroundings: Surroundings, now: Date) => FieldError[];

/** One that looks at the coupon alone: it holds after publication, too. */
export type CouponRule = (coupon: Coupon) => FieldError[];

/** The error if the condition of it holds. */
export function errorIf(condition: boolean, pointer: string, message: string): FieldError[] {
  return condition ? [{ pointer, message }] : [];
}
