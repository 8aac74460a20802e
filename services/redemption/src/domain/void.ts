import type { AddonUnits, ProblemCode, VoidView } from '#contracts';
import type { Stock } from './coupon.js';
import type { CreditCause, DebitCause } from './ledger.js';

/** Every way in which a redemption stays. */
export const voidRefusals = [
  'redemption_not_found',
  'already_voided',
  'void_too_late',
  'bonus_spent',
  'balance_too_large',
] as const satisfies readonly ProblemCode[];

/** An entry of the ledger that a void booked, amounts as text. */
export interface VoidBooking {
  readonly entryId: string;
  readonly pointNameId: string;
  readonly programmeId: string | null;
  readonly amount: string;
  readonly balance: string;
  readonly balanceRevision: number;
  readonly hops: number;
  readonly cause: CreditCause | DebitCause;
}

/** The external call that the redemption owed, as it stood before. */
export interface OwedCall {
  readonly fulfilmentId: string;
  readonly couponId: string;
  readonly channelId: string;
  readonly partnerId: string;
  readonly userId: string;
  readonly triggerId: string;
  readonly unitsResource: string | null;
  readonly units: number | null;
  readonly round: number;
  readonly attempts: number;
  readonly state: 'pending' | 'in_flight' | 'succeeded' | 'failed' | 'voided';
}

/** What taking a redemption back did; instants as RFC 3339. */
export interface Voided {
  readonly redemptionId: string;
  readonly voidedBy: string;
  readonly reason: string | null;
  readonly couponId: string;
  readonly channelId: string;
  readonly userId: string;
  readonly storeId: string | null;
  readonly cashierId: string | null;
  readonly redeemedAt: string;
  readonly voidedAt: string;
  /** The user's uses that remain. */
  readonly usesLeft: number;
  /** The latest of them, milliseconds since 1970; null = none remains. */
  readonly lastAt: number | null;
  readonly perUserCap: number | null;
  readonly timeLimitSeconds: number | null;
  readonly stock: Stock;
  readonly price: VoidBooking | null;
  readonly bonus: VoidBooking | null;
  /** Back on the account. */
  readonly units: AddonUnits | null;
  readonly call: OwedCall | null;
}

export function voidView({ redemptionId, couponId, userId, voidedAt }: Voided): VoidView {
  return { redemptionId, couponId, userId, voidedAt };
}
