import { lookAgainForCouponInMs, lookAgainForNamesInMs } from './look-again.js';
import { neutralNames, type Placeholder, placeholdersIn, renderMessage } from './render-message.js';

/** A coupon's words as of one version. */
export interface CouponText {
  version: number;
  name: string;
  /** Template of the redeemed message. */
  redeemed: string;
  /** Template of the message that reminds of its expiry; null = none goes out, undefined = not heard in this version. */
  reminder: string | null | undefined;
}

/** What has been heard so far. Names: undefined = nothing heard yet, null = heard, and there is none (account removed). */
export interface KnownTexts {
  coupon: CouponText | undefined;
  userName: string | null | undefined;
  channelName: string | null | undefined;
}

/** How long a message may wait, in milliseconds since its cause arrived. */
export interface Patience {
  /** For a name; then the neutral wording is used. */
  nameWaitMs: number;
  /** For the coupon's text before somebody is told; the message keeps waiting. */
  lateAfterMs: number;
}

export type Composition =
  | { readonly ready: true; readonly text: string }
  | { readonly ready: false; readonly waitingFor: 'coupon' | 'names'; readonly lookAgainInMs: number };

/**
 * Facts of different topics arrive in any order. Without the coupon's text (at least as new as the version that was
 * redeemed) there is nothing to say, so the message waits for as long as it takes; a name is only waited for if the
 * template mentions it, and not for long.
 */
export function composeRedeemedMessage(
  couponVersion: number,
  known: KnownTexts,
  waitedMs: number,
  { nameWaitMs }: Pick<Patience, 'nameWaitMs'>,
): Composition {
  const { coupon } = known;
  if (coupon === undefined || coupon.version < couponVersion)
    return { ready: false, waitingFor: 'coupon', lookAgainInMs: lookAgainForCouponInMs(waitedMs) };
  const mentioned = placeholdersIn(coupon.redeemed);
  const unheard =
    isUnheard(mentioned, 'user.name', known.userName) ||
    isUnheard(mentioned, 'channel.name', known.channelName);
  const namesDueInMs = nameWaitMs - waitedMs;
  if (unheard && namesDueInMs > 0)
    return {
      ready: false,
      waitingFor: 'names',
      lookAgainInMs: Math.min(lookAgainForNamesInMs(waitedMs), namesDueInMs),
    };
  const text = renderMessage(coupon.redeemed, {
    'coupon.name': coupon.name,
    'user.name': known.userName ?? neutralNames['user.name'],
    'channel.name': known.channelName ?? neutralNames['channel.name'],
  });
  return { ready: true, text };
}

function isUnheard(
  mentioned: ReadonlySet<Placeholder>,
  placeholder: Placeholder,
  name: string | null | undefined,
): boolean {
  return mentioned.has(placeholder) && name === undefined;
}
