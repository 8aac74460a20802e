import { evaluate, type FailedRule } from './evaluate.js';
import type { Coupon } from './coupon.js';
import type { Person } from './person.js';
import type { RefusalCode } from './refusal.js';
import { refusalsBy } from './rules/rules.js';

const LONGEST_PASS_MS = 30 * 86_400_000;

/** A pass is fetched ahead of its use: what may be over by then does not keep anybody from fetching it. */
const passing: ReadonlySet<RefusalCode> = new Set([
  'cooling_down',
  'points_short',
  'partner_balance_exhausted',
]);

/** Every way in which somebody gets no pass: what codes and cashiers prove is not asked, and no bonus is given yet. */
export const passRefusals: readonly RefusalCode[] = refusalsBy().filter(
  (code) => !passing.has(code) && code !== 'balance_too_large',
);

/** Why this user gets no pass for this coupon; undefined = nothing speaks against it. */
export function passRefusal(coupon: Coupon, person: Person, now: number): FailedRule | undefined {
  return evaluate({ coupon, person, means: null }, now).find(({ refusal }) => !passing.has(refusal.code));
}

/** Milliseconds since 1970: the user's own end of the coupon, 30 days at most. */
export function passValidUntil(
  { endAt, availability, validityMs }: Coupon,
  { grant }: Person,
  now: number,
): number {
  const ends = [now + LONGEST_PASS_MS];
  if (endAt !== null) ends.push(endAt);
  if (availability === 'grant' && grant !== null && validityMs !== null)
    ends.push(grant.availableAt + validityMs);
  return Math.min(...ends);
}

/** A print can be scanned by anybody any number of times: what can be used up needs a limit per user (T2). */
export function printNeedsLimit({
  stock,
  triggerId,
  perUserCap,
  timeLimitMs,
}: Pick<Coupon, 'stock' | 'triggerId' | 'perUserCap' | 'timeLimitMs'>): boolean {
  return (stock.max !== null || triggerId !== null) && perUserCap === null && timeLimitMs === null;
}
