import type { CapRefused, CapRequested } from '#contracts';
import type { Coupon, Stock } from './coupon.js';
import { printNeedsLimit } from './pass-terms.js';
import { whyTooOld } from './source-age.js';

export type CapDecision =
  | { readonly applied: true; readonly stock: Stock; readonly exhausts: boolean }
  | { readonly applied: false; readonly reason: CapRefused['reason']; readonly stock: Stock };

/** What a request is decided on. */
export interface CapState {
  readonly coupon: Pick<Coupon, 'status' | 'endAt' | 'stock' | 'triggerId' | 'perUserCap' | 'timeLimitMs'>;
  readonly isPrinted: boolean;
  /** When the newest request that was applied was made, milliseconds since 1970; null = none was. */
  readonly newestAppliedAt: number | null;
}

export type CapWish = Pick<CapRequested, 'maxRedemptions' | 'expectedMax' | 'requestedAt'>;

/**
 * May the total cap become this? No request counts that came too late, or was made before the one that holds. Never below
 * what is redeemed, never on what is finished; equal to what is redeemed, it finishes the coupon at once.
 * @param now milliseconds since 1970
 */
export function decideCap(
  state: CapState,
  { maxRedemptions: max, expectedMax, requestedAt }: CapWish,
  now: number,
): CapDecision {
  const { coupon, isPrinted, newestAppliedAt } = state;
  const { stock, status, endAt } = coupon;
  const refused = (reason: CapRefused['reason']) => ({ applied: false, reason, stock }) as const;
  if (whyTooOld(requestedAt, new Date(now)) !== undefined) return refused('too_old');
  if (newestAppliedAt !== null && Date.parse(requestedAt) < newestAppliedAt) return refused('superseded');
  const isFinished = stock.finished || status === 'finished' || (endAt !== null && now >= endAt);
  if (isFinished) return refused('finished');
  if (expectedMax !== undefined && expectedMax !== stock.max) return refused('changed');
  if (max !== null && max < stock.redeemed) return refused('below_redeemed');
  if (isPrinted && max !== null && printNeedsLimit({ ...coupon, stock: { ...stock, max } }))
    return refused('print_needs_limit');
  const exhausts = max !== null && max === stock.redeemed;
  return {
    applied: true,
    exhausts,
    stock: { redeemed: stock.redeemed, max, finished: exhausts, revision: stock.revision + 1 },
  };
}
