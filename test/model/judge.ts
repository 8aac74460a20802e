import { balanceHolder, nextBalance } from './balances.js';
import type { World } from './scenario.js';
import type { State, Transaction } from './state.js';
import { holderOf } from './transaction-moves.js';

/** What must hold in every state that can be reached. @returns what is wrong, or null */
export function judge(state: State, world: World): string | null {
  if (state.wrong !== null) return state.wrong;
  for (const check of [stock, people, keys, facts, points, redis, deadlock, follows]) {
    const wrong = check(state, world);
    if (wrong !== null) return wrong;
  }
  return null;
}

function stock({ db }: State): string | null {
  for (const [coupon, row] of db.coupons.entries()) {
    const standing = db.redemptions.filter((one) => one.coupon === coupon && one.voids === 0).length;
    if (row.redeemed > row.max) return `${row.redeemed} units of a coupon with ${row.max} were redeemed`;
    if (row.redeemed !== standing) return `redeemed says ${row.redeemed}, but ${standing} redemptions stand`;
    const uses = (db.uses[coupon] ?? []).reduce((sum, one) => sum + one, 0);
    if (uses !== standing) return `uses say ${uses}, but ${standing} redemptions stand`;
    if (row.max !== row.decidedMax) return `the cap is ${row.max}, but ${row.decidedMax} was answered`;
  }
  return null;
}

function people({ db }: State, world: World): string | null {
  for (const [coupon, { perUser, cooldown }] of world.coupons.entries()) {
    for (let user = 0; user < world.users; user += 1) {
      const mine = db.redemptions.filter(
        (one) => one.coupon === coupon && one.user === user && one.voids === 0,
      );
      if (perUser !== undefined && mine.length > perUser)
        return `somebody has ${mine.length} redemptions where ${perUser} are allowed`;
      const tooSoon = mine.some(({ at }, nth) => at - (mine[nth - 1]?.at ?? -Infinity) < (cooldown ?? 0));
      if (tooSoon) return 'two redemptions of one user are closer than the cooldown';
    }
  }
  return null;
}

function keys({ db }: State, world: World): string | null {
  const seen = new Set<string>();
  for (const { request } of db.redemptions) {
    const key = world.requests[request]?.key ?? '';
    if (seen.has(key)) return 'one key has made two redemptions';
    seen.add(key);
  }
  return null;
}

/** One fact for each redemption, or somebody alive who will still write it. Voided once at most. */
function facts({ db, entries }: State): string | null {
  for (const { request, facts: written, voids } of db.redemptions) {
    if (voids > 1) return 'a redemption was voided twice';
    if (written > 1) return 'a redemption was told twice';
    const isOwed = entries.some((entry) => entry.at === 'store' && entry.request === request);
    if (written === 0 && !isOwed) return 'a redemption will never be told to anybody';
  }
  return null;
}

function points({ db }: State, world: World): string | null {
  for (let user = 0; user < world.users; user += 1) {
    for (const [point, start] of world.points.entries()) {
      const balance = db.balances[user]?.[point] ?? 0;
      if (balance < 0) return `a balance is ${balance}`;
      const ledger = db.redemptions
        .filter((one) => one.user === user && one.voids === 0)
        .reduce(
          (sum, { coupon, price, bonus }) => {
            const { priceIn = 0, bonusIn = 0 } = world.coupons[coupon] ?? {};
            return sum - (priceIn === point ? price : 0) + (bonusIn === point ? bonus : 0);
          },
          start + (user === 0 && point === 0 ? db.earned : 0),
        );
      if (balance !== ledger) return `a balance is ${balance} where its ledger adds up to ${ledger}`;
    }
  }
  return null;
}

/** Under the epoch in force, Redis holds what PostgreSQL has committed as that revision. */
function redis({ redis: { content, history } }: State): string | null {
  const { total, epoch } = content;
  if (total === null || total.epoch !== epoch) return null;
  const committed = history[total.rev];
  return committed === total.redeemed
    ? null
    : `Redis says ${total.redeemed} redeemed at revision ${total.rev}, PostgreSQL ${committed ?? 'has none'}`;
}

/** PostgreSQL would end one of them; a lock order makes it unnecessary. */
function deadlock(state: State, world: World): string | null {
  const waitsFor = (tx: Transaction): Transaction | undefined => {
    if (tx.at === 'lock') return holderOf(state, tx.coupon);
    const wanted = nextBalance(state, world, tx);
    return wanted === undefined ? undefined : balanceHolder(state, world, tx.user, wanted.point);
  };
  for (const tx of state.transactions) {
    let next = waitsFor(tx);
    for (let steps = 0; next !== undefined && steps < state.transactions.length; steps += 1) {
      if (next === tx) return 'two transactions wait for each other';
      next = waitsFor(next);
    }
  }
  return null;
}

function follows({ db }: State, world: World): string | null {
  const revision = db.followDelivered[0] ?? 0;
  const newest = world.followFacts?.[revision - 1];
  return newest === undefined || newest === db.following[0]
    ? null
    : 'what is stored of a follow is not the newest fact that came';
}
