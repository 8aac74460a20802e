import type { ProblemCode } from '#contracts';
import type { Coupon } from './coupon.js';

/** Every way in which a redemption is refused by the rules; each is a code of the public problem table. */
export const refusalCodes = [
  'coupon_not_found',
  'coupon_wrong_type',
  'coupon_finished',
  'coupon_disabled',
  'coupon_not_started',
  'coupon_ended',
  'not_a_follower',
  'user_limit_reached',
  'sold_out',
] as const satisfies readonly ProblemCode[];
export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for a person. */
  readonly detail: string;
  /** RFC 3339: the next instant at which the request may succeed; absent where there is none. */
  readonly retryAt?: string;
}

const details: Record<RefusalCode, (coupon: Coupon | undefined) => string> = {
  coupon_not_found: () => 'There is no such coupon for this tenant.',
  coupon_wrong_type: (coupon) => `It is a coupon of type ${coupon?.type ?? 'unknown'}.`,
  coupon_finished: (coupon) =>
    coupon?.finishedReason === 'end_date' ? 'The coupon reached its end.' : 'The coupon was archived.',
  coupon_disabled: () => 'Its owner has disabled the coupon.',
  coupon_not_started: (coupon) => `The coupon starts at ${instantOf(coupon?.startAt)}.`,
  coupon_ended: (coupon) => `The coupon ended at ${instantOf(coupon?.endAt)}.`,
  not_a_follower: () => 'The user does not follow the channel of the coupon.',
  user_limit_reached: (coupon) => `The limit is ${coupon?.perUserCap ?? 'reached'} per user.`,
  sold_out: (coupon) => `All ${coupon?.stock.max ?? ''} redemptions are used up.`.replace('  ', ' '),
};

/** Words for a code, the same whoever decided: the rules here or their mirror in the database. */
export function refusal(code: RefusalCode, coupon?: Coupon): Refusal {
  const detail = details[code](coupon);
  if (code !== 'coupon_not_started') return { code, detail };
  return { code, detail, retryAt: instantOf(coupon?.startAt) };
}

/** Narrows a code that came from the database. */
export function isRefusalCode(code: string): code is RefusalCode {
  return (refusalCodes as readonly string[]).includes(code);
}

function instantOf(milliseconds: number | null | undefined): string {
  return new Date(milliseconds ?? 0).toISOString();
}
