import type { Scenario } from './scenario.js';
import type { CouponRow, Disturbances, State } from './state.js';

const quiet: Disturbances = {
  crash: 0,
  cut: 0,
  flush: 0,
  restore: 0,
  slow: 0,
  lostWrite: 0,
  unfollow: 0,
  reprice: 0,
  disable: 0,
  void: 0,
  cap: 0,
  earn: 0,
};

/** Nothing has happened yet; Redis, where there is one, is filled. */
export function beginning({
  requests,
  coupons,
  users,
  processes,
  points,
  disturbances,
  redis,
  remembersHopeless = false,
}: Scenario): State {
  const rows = coupons.map(({ max, price = 0 }): CouponRow => ({
    version: 1,
    price,
    enabled: true,
    redeemed: 0,
    max,
    finished: false,
    rev: 1,
    exhausted: false,
    decidedMax: max,
    lastRedeemedAt: 0,
  }));
  const perUser = <T>(value: T): T[] => Array.from({ length: users }, () => value);
  const total = { epoch: 1, rev: 1, redeemed: 0, finished: false, uses: perUser(0) };
  return {
    now: 0,
    sends: requests.map(({ sends }) => sends),
    told: requests.map(() => null),
    processes: Array.from({ length: processes }, (_, process) => ({
      memory: rows.map(({ version, price }, coupon) => ({
        version,
        price,
        refuses: remembersHopeless && coupon === 0 && process === processes - 1,
      })),
      epoch: redis ? 1 : null,
      probedSinceLoss: true,
    })),
    entries: [],
    transactions: [],
    db: {
      coupons: rows,
      uses: rows.map(() => perUser(0)),
      lastAt: rows.map(() => perUser<number | null>(null)),
      following: perUser(true),
      followRevision: perUser(0),
      followDelivered: perUser(0),
      balances: Array.from({ length: users }, () => [...points]),
      earned: 0,
      answers: {},
      redemptions: [],
    },
    redis: {
      run: 1,
      content: { epoch: 1, madeFor: 1, total: redis ? total : null, holds: 0 },
      saved: null,
      pending: [],
      rebuild: null,
      epochs: 1,
      ackedBeforeLoss: 0,
      acked: 1,
      history: redis ? [0, 0] : [],
    },
    left: { ...quiet, ...disturbances },
    wrong: null,
  };
}
