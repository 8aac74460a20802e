import type { Coupon } from './coupon.js';
import type { Refusal, RefusalCode } from './refusal.js';

/**
 * What an attempt waits for, as text: `<kind>/<ids>`. The triggers in migrations/wake-attempts write the same names when
 * the cause has cleared.
 */
export type AutoCause = `${AutoCauseKind}/${string}` | 'error';
export const autoCauseKinds = [
  'coupon',
  'cooldown',
  'window',
  'channel',
  'partner',
  'grant',
  'points',
  'addon',
] as const;
export type AutoCauseKind = (typeof autoCauseKinds)[number];

/** Where the attempt is for. */
export interface AutoSubject {
  readonly couponId: string;
  readonly userId: string;
}

/** A coupon that nothing was heard of yet, or that may change. */
export function couponCause({ couponId }: Pick<AutoSubject, 'couponId'>): AutoCause {
  return `coupon/${couponId}`;
}

/** The time limit between two uses, which can be edited. */
export function cooldownCause({ couponId }: Pick<AutoSubject, 'couponId'>): AutoCause {
  return `cooldown/${couponId}`;
}

/** The next opening of a window, which lies elsewhere once the coupon's channel has moved to another zone. */
export function windowCause({ couponId }: Pick<AutoSubject, 'couponId'>): AutoCause {
  return `window/${couponId}`;
}

/** What an attempt that was refused waits for besides `retryAt`; null = nothing but that, or nothing at all. */
export function causeOfRefusal(
  { code, retryAt }: Pick<Refusal, 'code' | 'retryAt'>,
  subject: AutoSubject,
  coupon: Coupon | undefined,
): AutoCause | null {
  if (retryAt === undefined) return causeOf(code, subject, coupon);
  if (code === 'coupon_window_closed') return windowCause(subject);
  // The time limit can be edited, a start cannot.
  return code === 'cooling_down' ? cooldownCause(subject) : null;
}

/** The fact that would clear this refusal; null = none does, it is final or passes by time. */
export function causeOf(
  code: RefusalCode,
  subject: AutoSubject,
  coupon: Coupon | undefined,
): AutoCause | null {
  const { couponId, userId } = subject;
  switch (code) {
    case 'coupon_not_found':
    case 'coupon_disabled':
      return couponCause(subject);
    case 'coupon_window_closed':
    case 'coupon_not_started':
      // Asked for only where there is no next opening before the end: the end may be moved.
      return couponCause(subject);
    case 'cooling_down':
      return cooldownCause(subject);
    case 'channel_inactive':
      return coupon === undefined ? null : `channel/${coupon.channelId}`;
    case 'partner_suspended':
      return coupon === undefined ? null : `partner/${coupon.partnerId ?? ''}`;
    case 'not_available':
      return `grant/${couponId}/${userId}`;
    case 'points_short':
      return coupon?.price ? `points/${userId}/${coupon.price.pointNameId}` : null;
    case 'balance_too_large':
      return coupon?.bonus ? `points/${userId}/${coupon.bonus.pointNameId}` : null;
    case 'partner_balance_exhausted':
      return coupon?.units ? `addon/${coupon.partnerId ?? ''}/${coupon.units.resource}` : null;
    default:
      return null;
  }
}

/** For metrics: of a cause its kind. */
export function kindOf(cause: AutoCause): string {
  return cause.split('/', 1)[0] ?? cause;
}
