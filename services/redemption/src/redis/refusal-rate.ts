/** Coupons of which a rate is kept; the one that was asked about least lately goes first. */
const MAX_COUPONS = 20_000;
/** After so many decisions both counts are halved, so that what is long past fades. */
const SPAN = 512;
/** Above this share of refusals, they are many. */
const MANY = 0.05;
/** Fewer decisions say nothing. */
const FEWEST = 32;

interface Counts {
  decided: number;
  refused: number;
}

/** How many of the latest decisions on a coupon were refusals that Redis could have given. Of this process alone. */
export class RefusalRate {
  private readonly coupons = new Map<string, Counts>();

  note(coupon: string, decided: number, refused: number): void {
    const counts = this.coupons.get(coupon) ?? { decided: 0, refused: 0 };
    counts.decided += decided;
    counts.refused += refused;
    if (counts.decided >= SPAN) {
      counts.decided /= 2;
      counts.refused /= 2;
    }
    // Who was asked about last matters only when somebody may have to go soon.
    if (this.coupons.size > MAX_COUPONS / 2) this.coupons.delete(coupon);
    this.coupons.set(coupon, counts);
    if (this.coupons.size <= MAX_COUPONS) return;
    const [oldest] = this.coupons.keys();
    if (oldest !== undefined) this.coupons.delete(oldest);
  }

  isHigh(coupon: string): boolean {
    const counts = this.coupons.get(coupon);
    return counts !== undefined && counts.decided >= FEWEST && counts.refused > counts.decided * MANY;
  }
}
