import type { CouponAudience } from '#contracts';
import type { Openness } from './openness.js';

/** What everybody who has a link may see of its coupon. */
export interface SharedPage extends Openness {
  readonly url: string;
  readonly name: string;
  readonly description: string;
  readonly channelName: string;
  readonly channelActive: boolean;
  readonly audience: CouponAudience;
  readonly endAt: Date | null;
  readonly timeZone: string;
  /** null = it has none */
  readonly image: { readonly src: string; readonly absoluteUrl: string } | null;
  /** Opens the coupon in the app. */
  readonly appUrl: string;
  /** For those who have no app; null = nothing is offered. */
  readonly getAppUrl: string | null;
}

/** Why the coupon cannot be had now; null = it can, by those whom it is for. */
export function notNow({ status, channelActive, opensAt, isPast, timeZone }: SharedPage): string | null {
  if (status === 'finished' || isPast) return 'This coupon is over.';
  if (status === 'disabled') return 'This coupon is paused at the moment.';
  if (!channelActive) return 'This coupon is not available yet.';
  if (opensAt === null) return null;
  const at = local(opensAt, timeZone);
  return status === 'scheduled' ? `It starts on ${at}.` : `It is closed now and opens again on ${at}.`;
}

/** Whom it is for, and until when. */
export function terms({ audience, channelName, endAt, timeZone, status, isPast }: SharedPage): string[] {
  if (status === 'finished' || isPast) return [];
  return [
    ...(audience === 'followers'
      ? [`For followers of ${channelName}: follow the channel in the app to get it.`]
      : []),
    ...(endAt === null ? [] : [`Until ${local(endAt, timeZone)}.`]),
  ];
}

function local(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(at);
}
