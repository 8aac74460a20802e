import { balanceHolder } from './balances.js';
import { read } from './decide.js';
import { change } from './effects.js';
import { type Move, nameOfCoupon, nameOfProcess, nameOfUser, type World } from './scenario.js';
import { type CouponRow, type Disturbances, type State, type Transaction } from './state.js';
import { holderOf } from './transaction-moves.js';

/** What owners, cashiers, followers, the clock and bad luck do. */
export function peopleMoves(state: State, world: World): Move[] {
  return [
    ...time(state, world),
    ...owner(state, world),
    ...followers(state, world),
    ...earnings(state, world),
    ...cashier(state, world),
    ...crashes(state),
  ];
}

function time(state: State, world: World): Move[] {
  if (state.now >= world.lastInstant) return [];
  return [{ says: `the clock goes to ${state.now + 1}`, run: (next) => void (next.now += 1) }];
}

/** A new snapshot is one statement: it waits for the row's lock and then is committed. */
function owner(state: State, world: World): Move[] {
  if (holderOf(state, 0) !== undefined) return [];
  const what = nameOfCoupon(world, 0);
  const takeOver = (left: keyof Disturbances, says: string, terms: Partial<CouponRow>): Move[] =>
    state.left[left] === 0
      ? []
      : [
          {
            says,
            run: (next) => {
              next.left[left] -= 1;
              const row = next.db.coupons[0] as CouponRow;
              const stock = world.has('stockCreatedOnce') ? {} : { max: world.coupons[0]?.max ?? 0 };
              change(next, world, row, { version: row.version + 1, ...terms, ...stock });
            },
          },
        ];
  const { price = 0, enabled = true } = state.db.coupons[0] ?? {};
  return [
    ...takeOver('reprice', `the owner raises the price of ${what} to ${price + 1}`, { price: price + 1 }),
    ...takeOver('disable', `the owner ${enabled ? 'disables' : 'enables'} ${what}`, { enabled: !enabled }),
    ...capRequests(state, world),
  ];
}

function capRequests(state: State, world: World): Move[] {
  if (state.left.cap === 0) return [];
  const asked = [1, 2].filter((max) => max !== state.db.coupons[0]?.max);
  return asked.map((max) => ({
    says: `the owner asks for a cap of ${max}`,
    run: (next) => {
      next.left.cap -= 1;
      next.transactions.push(transaction(next, world, { kind: 'cap', subject: max, coupon: 0, user: -1 }));
    },
  }));
}

/** Points of the platform's facts: one statement, which waits for the balance's row and then is committed. */
function earnings(state: State, world: World): Move[] {
  if (state.left.earn === 0 || balanceHolder(state, world, 0, 0) !== undefined) return [];
  const run = (next: State): void => {
    next.left.earn -= 1;
    next.db.earned += 1;
    (next.db.balances[0] as number[])[0] = (next.db.balances[0]?.[0] ?? 0) + 1;
  };
  return [{ says: `${nameOfUser(0)} earns a point`, run }];
}

/** Follows are rows of their own, locked by nobody. */
function followers(state: State, world: World): Move[] {
  const leaves: Move[] =
    state.left.unfollow === 0 || state.db.following[0] === false
      ? []
      : [
          {
            says: `${nameOfUser(0)} leaves the channel`,
            run: (next) => {
              next.left.unfollow -= 1;
              next.db.following[0] = false;
            },
          },
        ];
  const facts = world.followFacts ?? [];
  const delivered = facts.map((following, index): Move => {
    const revision = index + 1;
    return {
      says: `the fact that ${nameOfUser(0)} ${following ? 'follows' : 'left'} (revision ${revision}) is delivered`,
      run: (next) => {
        const { db } = next;
        db.followDelivered[0] = Math.max(db.followDelivered[0] ?? 0, revision);
        if (world.has('olderFactsSkipped') && revision <= (db.followRevision[0] ?? 0)) return;
        db.followRevision[0] = revision;
        db.following[0] = following;
      },
    };
  });
  return [...leaves, ...delivered];
}

function cashier(state: State, world: World): Move[] {
  if (state.left.void === 0) return [];
  return state.db.redemptions.map(({ coupon, user }, redemption) => ({
    says: `a cashier asks to void redemption ${redemption + 1}`,
    run: (next) => {
      next.left.void -= 1;
      next.transactions.push(transaction(next, world, { kind: 'void', subject: redemption, coupon, user }));
    },
  }));
}

function transaction(
  state: State,
  world: World,
  { kind, subject, coupon, user }: Pick<Transaction, 'kind' | 'subject' | 'coupon' | 'user'>,
): Transaction {
  const readsEarly = !world.has('voidUnderLock') || !world.has('capUnderLock');
  return {
    kind,
    // Nobody's entry waits for it, but it is no orphan: it is not rolled back.
    owner: '-/-',
    subject,
    key: '',
    coupon,
    user,
    terms: { version: 0, price: 0 },
    at: 'lock',
    balances: 0,
    verdict: null,
    decidedAt: 0,
    early: readsEarly ? read(state, world, { coupon, user, key: '', redemption: subject }) : null,
    followedAtLock: true,
    overtaken: false,
  };
}

/** Its memory and its requests are gone; its backends in PostgreSQL do not know yet. */
function crashes(state: State): Move[] {
  if (state.left.crash === 0) return [];
  return state.processes.map((_, process) => ({
    says: `${nameOfProcess(process)} is killed and starts again`,
    run: (next) => {
      next.left.crash -= 1;
      const mine = next.processes[process];
      if (mine !== undefined) Object.assign(mine, { memory: mine.memory.map(() => null), epoch: null });
      for (const tx of next.transactions) if (tx.owner?.endsWith(`/${process}`)) tx.owner = null;
      next.entries = next.entries.filter((entry) => entry.process !== process);
      if (next.redis.rebuild?.process === process) next.redis.rebuild = null;
    },
  }));
}
