/** Who stood at the counter, as their token says. */
export interface CashierAtStore {
  readonly cashierId: string;
  readonly storeId: string;
  readonly partnerId: string;
}

/** How a redemption comes about, with what each way must prove. Steps count 30 seconds since 1970. */
export type Means =
  /** Click and time-based coupons: the user pressed Redeem. */
  | { readonly kind: 'button' }
  /** A cashier scanned what the user's phone shows. */
  | {
      readonly kind: 'pass';
      readonly step: number;
      readonly deviceTag: number;
      readonly cashier: CashierAtStore;
    }
  /** The user scanned a print. */
  | { readonly kind: 'printed_code'; readonly generation: number }
  /** The user scanned what the Partner app shows. */
  | { readonly kind: 'screen_code'; readonly step: number; readonly cashier: CashierAtStore }
  /** By itself, for a grant. `hops`: how many automatic steps led here. */
  | { readonly kind: 'auto'; readonly grantId: string; readonly hops: number };

/** Milliseconds for which a code of a pass or a screen is the present one. */
export const STEP_MS = 30_000;
/** So many steps may a code be off, either way. */
export const STEPS_OFF = 1;
/** Milliseconds for which an accepted pass blocks its user and coupon against a second scan. */
export const SCAN_BLOCK_MS = 60_000;

/** The step that is present at an instant. */
export function stepAt(now: number): number {
  return Math.floor(now / STEP_MS);
}
