import type { Coupon } from './coupon.js';
import type { AutoCoupon } from './surroundings.js';

/**
 * A shortest circle that the coupon would close among the automatic coupons in force: each gives points that the next
 * one takes, and the last feeds the first. Amounts do not matter: a bonus below the price lifts the balance, too, and
 * reaches it in time. Coupons without a price are not started by points, so they are in no circle.
 * @returns the circle from the coupon on, each once; undefined if there is none
 */
export function circleThrough(coupon: Coupon, others: readonly AutoCoupon[]): AutoCoupon[] | undefined {
  const first = asAutoCoupon(coupon);
  if (first === null) return undefined;
  const unvisited = new Set(others.filter(({ couponId }) => couponId !== first.couponId));
  let paths: AutoCoupon[][] = [[first]];
  while (paths.length > 0) {
    const closed = paths.find((path) => path.at(-1)?.gives === first.takes);
    if (closed) return closed;
    paths = paths.flatMap((path) => {
      const next = [...unvisited].filter(({ takes }) => takes === path.at(-1)?.gives);
      for (const one of next) unvisited.delete(one);
      return next.map((one) => [...path, one]);
    });
  }
  return undefined;
}

/** `"A" (id) gives the points for "B" (id), which gives the points for "A".` */
export function toldCircle(circle: readonly AutoCoupon[]): string {
  const [first, ...others] = circle.map(({ name, couponId }) => `"${name}" (${couponId})`);
  const fed = [...others, `"${circle[0]?.name ?? ''}"`];
  return `${first ?? ''} gives the points for ${fed.join(', which gives the points for ')}.`;
}

function asAutoCoupon({ type, couponId, name, price, bonus }: Coupon): AutoCoupon | null {
  if (type !== 'auto' || price === null || bonus === null) return null;
  return { couponId, name: name ?? '', takes: price.pointNameId, gives: bonus.pointNameId };
}
