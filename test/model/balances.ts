import type { World } from './scenario.js';
import type { State, Transaction } from './state.js';

export interface BalanceChange {
  point: number;
  by: number;
}

/** What it does to the balances of its user, each once, in the order in which it takes their rows. */
export function changesOf(state: State, world: World, tx: Transaction): BalanceChange[] {
  if (tx.kind === 'cap') return [];
  const { priceIn = 0, bonusIn = 0, bonus: given = 0 } = world.coupons[tx.coupon] ?? {};
  const voided = tx.kind === 'void' ? state.db.redemptions[tx.subject] : undefined;
  const price = voided === undefined ? -tx.terms.price : voided.price;
  const bonus = voided === undefined ? given : -voided.bonus;
  const changes = new Map<number, number>();
  if (price !== 0) changes.set(priceIn, price);
  if (bonus !== 0) changes.set(bonusIn, (changes.get(bonusIn) ?? 0) + bonus);
  const inTurn = [...changes].map(([point, by]) => ({ point, by }));
  return world.has('balancesInOneOrder') ? inTurn.sort((a, b) => a.point - b.point) : inTurn;
}

/** A transaction keeps the rows of balances that it has taken until it ends. */
export function balanceHolder(
  state: State,
  world: World,
  user: number,
  point: number,
): Transaction | undefined {
  return state.transactions.find(
    (one) =>
      one.user === user &&
      changesOf(state, world, one)
        .slice(0, one.balances)
        .some((change) => change.point === point),
  );
}

/** The row that it wants next. */
export function nextBalance(state: State, world: World, tx: Transaction): BalanceChange | undefined {
  return tx.at === 'balances' ? changesOf(state, world, tx)[tx.balances] : undefined;
}

/** An update is of the newest committed value, whatever was read before; whoever else has written it is over by now. */
export function wouldBeNegative(
  state: State,
  world: World,
  { user }: Transaction,
  { point, by }: BalanceChange,
): boolean {
  return world.has('balanceCheck') && (state.db.balances[user]?.[point] ?? 0) + by < 0;
}
