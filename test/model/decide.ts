import type { World } from './scenario.js';
import type { Reading, State, Terms, Verdict } from './state.js';

/** The rules, in the product's order, on what was read. */
export function decide(
  world: World,
  { request, terms }: { request: number; terms: Terms | null },
  reading: Reading,
): Verdict {
  const asked = world.requests[request];
  const coupon = world.coupons[asked?.coupon ?? 0];
  const { row } = reading;
  if (reading.known !== null) return 'known';
  if (terms !== null && world.has('termsVersion') && terms.version !== row.version) return 'stale';
  if (row.finished) return 'sold_out';
  if (!row.enabled) return 'disabled';
  if (coupon?.end !== undefined && reading.now >= coupon.end) return 'ended';
  if (!reading.following) return 'not_a_follower';
  if (coupon?.perUser !== undefined && reading.uses >= coupon.perUser) return 'user_limit';
  const rests = coupon?.cooldown !== undefined && reading.lastAt !== null;
  if (rests && reading.now < (reading.lastAt ?? 0) + (coupon.cooldown ?? 0)) return 'cooling_down';
  if (reading.balance < (terms ?? row).price) return 'points_short';
  return row.redeemed >= row.max ? 'sold_out' : 'accepted';
}

/** Everything as it is committed at this instant. */
export function read(
  state: State,
  world: World,
  { coupon, user, key, redemption = 0 }: { coupon: number; user: number; key: string; redemption?: number },
): Reading {
  const { db } = state;
  const row = db.coupons[coupon];
  if (row === undefined) throw new RangeError(`no coupon ${coupon}`);
  return {
    now: state.now,
    row: { ...row },
    uses: db.uses[coupon]?.[user] ?? 0,
    lastAt: db.lastAt[coupon]?.[user] ?? null,
    following: db.following[user] ?? false,
    balance: db.balances[user]?.[world.coupons[coupon]?.priceIn ?? 0] ?? 0,
    known: db.answers[key] ?? null,
    voids: db.redemptions[redemption]?.voids ?? 0,
  };
}

/** Needs no coupon's lock to become true, so an acceptance in flight does not stand in its way. */
export function mayBeUnderway(verdict: Verdict): boolean {
  return verdict === 'not_a_follower' || verdict === 'ended' || verdict === 'points_short';
}
