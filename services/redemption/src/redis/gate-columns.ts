import type { Stock } from '../domain/coupon.js';
import type { CommittedUser } from './gate-entries.js';

/** A coupon's numbers, as the scripts take them. */
export function numbersOf({ revision, redeemed, max, finished }: Stock, perUserCap: number | null): string[] {
  return [
    String(revision),
    String(redeemed),
    max === null ? '' : String(max),
    finished ? '1' : '0',
    perUserCap === null ? '' : String(perUserCap),
  ];
}

/** One user, as settle-batch takes it. Whose cooldown is over, or has none, may come at 0. */
export function userColumns(
  { userId, uses, lastAt = null }: CommittedUser,
  timeLimitMs: number | null,
): string[] {
  const freeAt = lastAt === null || timeLimitMs === null ? 0 : lastAt + timeLimitMs;
  return [userId, String(uses), String(freeAt)];
}
