import type { CapRefused } from '#contracts';
import type { Coupon, Stock } from './coupon.js';

export type CapDecision =
  | { readonly applied: true; readonly stock: Stock; readonly exhausts: boolean }
  | { readonly applied: false; readonly reason: CapRefused['reason']; readonly stock: Stock };

/**
 * May the total cap become this? Never below what is redeemed, never on what is finished; equal to what is redeemed, it
 * finishes the coupon at once.
 * @param max null = unlimited
 * @param now milliseconds since 1970
 */
export function decideCap(
  coupon: Pick<Coupon, 'status' | 'endAt' | 'stock'>,
  max: number | null,
  now: number,
): CapDecision {
  const { stock, status, endAt } = coupon;
  const isFinished = stock.finished || status === 'finished' || (endAt !== null && now >= endAt);
  if (isFinished) return { applied: false, reason: 'finished', stock };
  if (max !== null && max < stock.redeemed) return { applied: false, reason: 'below_redeemed', stock };
  const exhausts = max !== null && max === stock.redeemed;
  return {
    applied: true,
    exhausts,
    stock: { redeemed: stock.redeemed, max, finished: exhausts, revision: stock.revision + 1 },
  };
}
