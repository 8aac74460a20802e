import type { CouponName } from './gate-entries.js';

/** More are noted again when they are asked for again. */
const MAX_STRAYS = 1_000;

/** Coupons found under another epoch: written by a process that had not heard of a rebuild, or missed by it. */
export class StrayCoupons {
  private noted = new Map<string, CouponName>();

  /** Only this coupon goes ungated, until the watch has written it anew; the others are none the worse. */
  note({ tenantId, couponId }: CouponName): void {
    if (this.noted.size < MAX_STRAYS) this.noted.set(nameOf({ tenantId, couponId }), { tenantId, couponId });
  }

  /** Those noted since the last call. */
  take(): CouponName[] {
    const taken = [...this.noted.values()];
    this.noted = new Map();
    return taken;
  }
}

/** One text per coupon of all tenants. */
export function nameOf({ tenantId, couponId }: CouponName): string {
  return `${tenantId}/${couponId}`;
}
