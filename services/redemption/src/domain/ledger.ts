import type { PointsCredited, PointsDebited } from '#contracts';

export type CreditCause = PointsCredited['cause'];
export type DebitCause = PointsDebited['cause'];

/** The largest balance that the database and the contracts carry. */
export const LARGEST_BALANCE = 9_223_372_036_854_775_807n;

/** What is about to be booked to a user's credit. */
export interface Credit {
  readonly entryId: string;
  readonly userId: string;
  readonly pointNameId: string;
  /** Of the point name; null = standalone. */
  readonly programmeId: string | null;
  readonly amount: bigint;
  readonly cause: CreditCause;
  /** How many automatic steps led here. */
  readonly hops: number;
}

/** Where an entry left its balance. */
export interface Booked {
  readonly balance: bigint;
  /** From 1, without a gap. */
  readonly revision: number;
  readonly bookedAt: Date;
}

export interface LedgerEntry extends Omit<Credit, 'amount' | 'cause'>, Booked {
  /** Signed: negative = taken. */
  readonly amount: bigint;
  readonly cause: CreditCause | DebitCause;
}
