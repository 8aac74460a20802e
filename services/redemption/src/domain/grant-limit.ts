import type { ProblemCode } from '#contracts';

/** Points that a cashier may give by hand: at once, and in 24 hours. */
export interface GrantLimit {
  readonly perGrant: bigint;
  readonly perDay: bigint;
}

export interface GrantRefusal {
  readonly code: Extract<ProblemCode, 'points_grant_not_allowed' | 'points_grant_limit'>;
  /** One sentence for a person: the limit, and what is left of it. */
  readonly detail: string;
}

/**
 * May a cashier give so many points?
 * @param given what the cashier gave in the last 24 hours, of all point names together
 */
export function refuseGrant(
  limit: GrantLimit | null,
  given: bigint,
  amount: bigint,
): GrantRefusal | undefined {
  if (limit === null) {
    return { code: 'points_grant_not_allowed', detail: 'The account lists no limit for this cashier.' };
  }
  if (amount > limit.perGrant) {
    return {
      code: 'points_grant_limit',
      detail: `This cashier may give at most ${limit.perGrant} points at once.`,
    };
  }
  // A limit that was lowered may lie below what is given already.
  const left = limit.perDay > given ? limit.perDay - given : 0n;
  if (amount > left) {
    return {
      code: 'points_grant_limit',
      detail: `This cashier may give ${limit.perDay} points in 24 hours; ${left} are left.`,
    };
  }
  return undefined;
}
