import { changesOf } from './balances.js';
import type { World } from './scenario.js';
import { blame, type CouponRow, type State, type Transaction } from './state.js';

/** Writes what the transaction has decided, all at once. @returns false: a constraint stood in the way, nothing was written */
export function apply(state: State, world: World, tx: Transaction): boolean {
  const row = state.db.coupons[tx.coupon];
  if (row === undefined) return false;
  if (tx.verdict === 'accepted') return applyRedemption(state, world, tx, row);
  if (tx.verdict === 'applied')
    return tx.kind === 'void' ? applyVoid(state, world, tx, row) : applyCap(state, world, tx, row);
  return true;
}

function applyRedemption(state: State, world: World, tx: Transaction, row: CouponRow): boolean {
  const { db } = state;
  const terms = world.coupons[tx.coupon];
  if (world.has('checkConstraint') && row.redeemed + 1 > row.max) return false;
  if (row.exhausted) blame(state, 'a unit was sold after the coupon had been told to be exhausted');
  if (tx.terms.price !== row.price)
    blame(state, `a price of ${tx.terms.price} was taken where the terms say ${row.price}`);
  if (tx.decidedAt < row.lastRedeemedAt)
    blame(state, 'a redemption is dated before the one that it came after');
  book(state, world, tx);
  const stored = world.has('answerInTransaction');
  if (stored) db.answers[tx.key] = db.redemptions.length;
  db.redemptions.push({
    request: tx.subject,
    coupon: tx.coupon,
    user: tx.user,
    at: tx.decidedAt,
    price: tx.terms.price,
    bonus: terms?.bonus ?? 0,
    voids: 0,
    facts: world.has('factInTransaction') ? 1 : 0,
  });
  count(state, tx.coupon, tx.user, 1);
  const lastAt = db.lastAt[tx.coupon] as (number | null)[];
  lastAt[tx.user] = Math.max(tx.decidedAt, lastAt[tx.user] ?? 0);
  row.lastRedeemedAt = tx.decidedAt;
  change(state, world, row, { redeemed: row.redeemed + 1 });
  if (tx.overtaken)
    blame(state, 'a request was told a refusal after it had been accepted, before its commit was seen');
  return true;
}

function applyVoid(state: State, world: World, tx: Transaction, row: CouponRow): boolean {
  const { db } = state;
  const redemption = db.redemptions[tx.subject];
  if (redemption === undefined) return false;
  redemption.voids += 1;
  book(state, world, tx);
  count(state, tx.coupon, tx.user, -1);
  const left = db.redemptions.filter(
    (one) => one.voids === 0 && one.user === tx.user && one.coupon === tx.coupon,
  );
  (db.lastAt[tx.coupon] as (number | null)[])[tx.user] = left.at(-1)?.at ?? null;
  change(state, world, row, { redeemed: row.redeemed - 1 });
  if (!world.has('stickyFinished')) row.finished = false;
  return true;
}

function applyCap(state: State, world: World, tx: Transaction, row: CouponRow): boolean {
  if (world.has('checkConstraint') && row.redeemed > tx.subject) return false;
  if (row.finished) blame(state, 'a cap was answered "applied" although the coupon was finished');
  row.decidedMax = tx.subject;
  change(state, world, row, { max: tx.subject });
  return true;
}

/** New numbers of a coupon: a new revision, finished when nothing is left. */
export function change(state: State, world: World, row: CouponRow, numbers: Partial<CouponRow>): void {
  Object.assign(row, numbers);
  row.rev += 1;
  if (row.redeemed >= row.max) {
    row.finished = true;
    row.exhausted = true;
  }
  if (world.redis && row === state.db.coupons[0]) state.redis.history[row.rev] = row.redeemed;
}

/** On what the balances are now: since each was written, nobody else could. */
function book(state: State, world: World, tx: Transaction): void {
  const balances = state.db.balances[tx.user] as number[];
  for (const { point, by } of changesOf(state, world, tx)) balances[point] = (balances[point] ?? 0) + by;
}

function count(state: State, coupon: number, user: number, by: number): void {
  const uses = state.db.uses[coupon] as number[];
  uses[user] = (uses[user] ?? 0) + by;
}
