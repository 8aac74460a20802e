import type { ProblemCode } from '#contracts';

/** Every way in which the rules refuse a redemption; each is a code of the public problem table. */
export const ruleCodes = [
  'coupon_not_found',
  'coupon_wrong_type',
  'other_partner',
  'coupon_finished',
  'coupon_disabled',
  'channel_inactive',
  'partner_suspended',
  'coupon_not_started',
  'coupon_ended',
  'coupon_window_closed',
  'not_a_follower',
  'not_available',
  'grant_expired',
  'code_withdrawn',
  'code_expired',
  'code_ahead',
  'code_other_device',
  'pass_expired',
  'code_replayed',
  'scanned_just_now',
  'user_limit_reached',
  'cooling_down',
  'points_short',
  'sold_out',
  'partner_balance_exhausted',
] as const satisfies readonly ProblemCode[];

/** Every way in which a redemption is refused: by a rule, or as its bonus does not fit into the balance. */
export const refusalCodes = [...ruleCodes, 'balance_too_large'] as const satisfies readonly ProblemCode[];
export type RefusalCode = (typeof refusalCodes)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for a person. */
  readonly detail: string;
  /** RFC 3339: the next instant at which the request may succeed; absent where there is none. */
  readonly retryAt?: string;
  /** points_short: how many are missing. */
  readonly pointsMissing?: string;
}

/** Narrows a code that came from the database. */
export function isRefusalCode(code: string): code is RefusalCode {
  return (refusalCodes as readonly string[]).includes(code);
}
