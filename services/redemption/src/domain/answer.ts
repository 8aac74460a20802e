import type { RedemptionView } from '#contracts';
import type { Refusal } from './refusal.js';

/** What a caller who wants to redeem is told. */
export type RedeemAnswer =
  | { readonly kind: 'accepted'; readonly view: RedemptionView; readonly isReplay: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The key was used for another request. */
  | { readonly kind: 'key_reused' }
  /** Not decided: too much waits, here (`full`) or of this user (`user_busy`), or the terms change all the time. */
  | { readonly kind: 'busy'; readonly reason: 'full' | 'user_busy' | 'terms_changing' };
