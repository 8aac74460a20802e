/** What a fact says of one user's grant. */
export interface GrantFact {
  readonly couponId: string;
  readonly userId: string;
  readonly grantId: string;
  readonly revision: number;
  /** RFC 3339. */
  readonly availableAt: string;
  readonly revoked: boolean;
  /** Automatic steps that led here. */
  readonly hops: number;
}

/**
 * One fact per coupon and user, in the order of their keys: the newest says whether the grant lives, the earliest instant
 * is when it began, as it does in the database. So it is all the same in which order and in which parts they come.
 */
export function onePerGrant(facts: readonly GrantFact[]): GrantFact[] {
  const grants = new Map<string, GrantFact>();
  for (const fact of facts) {
    const key = `${fact.couponId}/${fact.userId}`;
    const known = grants.get(key);
    grants.set(key, known === undefined ? fact : joined(known, fact));
  }
  return [...grants].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

function joined(a: GrantFact, b: GrantFact): GrantFact {
  const newest = b.revision > a.revision ? b : a;
  const first = Date.parse(b.availableAt) < Date.parse(a.availableAt) ? b : a;
  return { ...newest, availableAt: first.availableAt, hops: Math.max(a.hops, b.hops) };
}
