import type { WalletState } from '#contracts';
import type { Coupon } from './coupon.js';
import type { FailedRule } from './evaluate.js';
import type { Person } from './person.js';
import type { RefusalCode } from './refusal.js';

/** What keeps a user from redeeming now and is shown all the same: time or points clear it. */
const shownNevertheless: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['cooling_down', 'points_short']);

/**
 * How a list shows a coupon, out of every rule that says no; undefined = not at all. What a redemption would be told first
 * is what the list says.
 * @param isHidden whether the owner wants it hidden from whoever cannot pay
 */
export function walletState(
  { price }: Coupon,
  failed: readonly FailedRule[],
  isHidden: boolean,
): WalletState | undefined {
  const [first] = failed;
  if (first === undefined) return { kind: 'available' };
  if (failed.some(({ refusal }) => !shownNevertheless.has(refusal.code))) return undefined;
  if (isHidden && failed.some(({ refusal }) => refusal.code === 'points_short')) return undefined;
  if (first.passesAt !== null) return { kind: 'cooling_down', until: new Date(first.passesAt).toISOString() };
  return {
    kind: 'locked',
    pointsMissing: first.refusal.pointsMissing ?? '0',
    pointNameId: price?.pointNameId ?? '',
  };
}

/** Until when the user may redeem it, windows aside: milliseconds since 1970; null = without end. */
export function validUntil({ endAt, availability, validityMs }: Coupon, { grant }: Person): number | null {
  if (availability !== 'grant' || validityMs === null || grant === null) return endAt;
  const grantEnds = grant.availableAt + validityMs;
  return endAt === null ? grantEnds : Math.min(grantEnds, endAt);
}
