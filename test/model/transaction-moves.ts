import { balanceHolder, changesOf, nextBalance, wouldBeNegative } from './balances.js';
import { decide, read } from './decide.js';
import { failEntry, finish, giveUp } from './entry-moves.js';
import { apply } from './effects.js';
import { type Move, nameOfCoupon, nameOfProcess, nameOfRequest, type World } from './scenario.js';
import { blame, type Reading, type State, type Transaction } from './state.js';

/** Every step that a transaction in PostgreSQL may take next. */
export function transactionMoves(state: State, world: World): Move[] {
  return state.transactions.flatMap((tx, index) => [
    ...forward(state, world, tx, index),
    ...disturbed(state, world, tx, index),
  ]);
}

function forward(state: State, world: World, tx: Transaction, index: number): Move[] {
  const who = nameOf(world, tx);
  const step = (says: string, run: (state: State, tx: Transaction) => void): Move[] => [
    { says: `${who} ${says}`, run: (next) => run(next, next.transactions[index] as Transaction) },
  ];
  switch (tx.at) {
    case 'lock':
      if (holderOf(state, tx.coupon) !== undefined) return [];
      return step(`gets the lock of ${nameOfCoupon(world, tx.coupon)}`, (next, mine) => {
        const locksBalances = mine.kind === 'void' && changesOf(next, world, mine).length > 0;
        mine.at = locksBalances ? 'balances' : 'decide';
        mine.followedAtLock = next.db.following[mine.user] ?? false;
      });
    case 'balances': {
      const { point = 0 } = nextBalance(state, world, tx) ?? {};
      if (balanceHolder(state, world, tx.user, point) !== undefined) return [];
      const does = tx.kind === 'void' ? 'locks' : 'writes';
      return step(`${does} the balance in point ${point + 1}`, (next, mine) =>
        takeBalance(next, world, mine),
      );
    }
    case 'decide':
      return step('reads and decides', (next, mine) => decideNow(next, world, mine));
    case 'insert':
      if (rivalOf(state, tx) !== undefined) return [];
      return step('goes on after its rival with the same key', (next, mine) => insertKey(next, world, mine));
    case 'commit':
      return step(`commits: ${tx.verdict}`, (next, mine) => commit(next, world, mine, { isHeard: true }));
  }
}

function disturbed(state: State, world: World, tx: Transaction, index: number): Move[] {
  const who = nameOf(world, tx);
  if (tx.owner === null) {
    const rollBack = (next: State): void => void next.transactions.splice(index, 1);
    return [{ says: `${who} is rolled back`, run: rollBack }];
  }
  if (state.left.cut === 0) return [];
  const cut: Move = {
    says: `the connection of ${who} is cut; the backend lives on`,
    run: (next) => {
      next.left.cut -= 1;
      orphan(next, next.transactions[index] as Transaction);
    },
  };
  if (tx.at !== 'commit') return [cut];
  const lost: Move = {
    says: `${who} commits: ${tx.verdict}; nobody hears of it`,
    run: (next) => {
      next.left.cut -= 1;
      commit(next, world, next.transactions[index] as Transaction, { isHeard: false });
    },
  };
  return [cut, lost];
}

/** The process knows only that its connection broke. */
export function orphan(state: State, tx: Transaction): void {
  const entry = state.entries.find((one) => `${one.request}/${one.process}` === tx.owner);
  tx.owner = null;
  if (entry !== undefined) entry.at = 'unknown';
}

function decideNow(state: State, world: World, tx: Transaction): void {
  const reading = readingOf(state, world, tx);
  tx.decidedAt = reading.now;
  if (tx.kind === 'void') tx.verdict = mayBeVoided(state, world, tx, reading) ? 'applied' : 'refused';
  else if (tx.kind === 'cap')
    tx.verdict = reading.row.finished || tx.subject < reading.row.redeemed ? 'refused' : 'applied';
  else {
    tx.verdict = decide(world, { request: tx.subject, terms: tx.terms }, reading);
    const known = state.db.redemptions[reading.known ?? -1];
    if (tx.verdict === 'known' && known?.coupon !== tx.coupon) tx.verdict = 'key_reused';
    if (tx.verdict === 'accepted') return insertKey(state, world, tx);
  }
  // What writes nothing is over at once: that it keeps its lock a moment longer changes nothing.
  if (tx.verdict === 'applied') tx.at = 'commit';
  else commit(state, world, tx, { isHeard: true });
}

/** Once only, and only while the bonus can be taken back. */
function mayBeVoided(state: State, world: World, tx: Transaction, { voids }: Reading): boolean {
  const redemption = state.db.redemptions[tx.subject];
  const { bonusIn = 0, priceIn = 0 } = world.coupons[tx.coupon] ?? {};
  const balance = state.db.balances[tx.user]?.[bonusIn] ?? 0;
  const given = priceIn === bonusIn ? (redemption?.price ?? 0) : 0;
  return voids === 0 && balance + given >= (redemption?.bonus ?? 0);
}

/** Fresh, except what a missing guard has read too early. */
function readingOf(state: State, world: World, tx: Transaction): Reading {
  const fresh = read(state, world, { ...tx, redemption: tx.subject });
  const { early } = tx;
  if (early === null) return fresh;
  const base = world.has('lockBeforeRead') ? fresh : { ...early, known: fresh.known, now: fresh.now };
  return {
    ...base,
    ...(!world.has('clockAfterLock') && { now: early.now }),
    ...(!world.has('keyAfterLock') && { known: early.known }),
    ...(!world.has('voidUnderLock') && { voids: early.voids }),
    ...(!world.has('capUnderLock') && tx.kind === 'cap' && { row: early.row }),
  };
}

function insertKey(state: State, world: World, tx: Transaction): void {
  tx.at = 'insert';
  if (world.has('uniqueKey')) {
    if (rivalOf(state, tx) !== undefined) return;
    if (state.db.answers[tx.key] !== undefined) return abort(state, world, tx);
  }
  if (!tx.followedAtLock && !(state.db.following[tx.user] ?? false))
    blame(state, 'somebody who had left before the lock was taken for a follower');
  tx.at = changesOf(state, world, tx).length > 0 ? 'balances' : 'commit';
}

/** A void has not decided yet; a redemption has, on what it read without a lock, and may find that it was spent. */
function takeBalance(state: State, world: World, tx: Transaction): void {
  const change = nextBalance(state, world, tx);
  if (tx.kind === 'redeem' && change !== undefined && wouldBeNegative(state, world, tx, change))
    return abort(state, world, tx, world.has('spentMeanwhileRunsAgain') ? failEntry : giveUp);
  tx.balances += 1;
  if (nextBalance(state, world, tx) === undefined) tx.at = tx.kind === 'void' ? 'decide' : 'commit';
}

function commit(state: State, world: World, tx: Transaction, { isHeard }: { isHeard: boolean }): void {
  if (!apply(state, world, tx))
    return isHeard ? abort(state, world, tx) : (orphan(state, tx), remove(state, tx));
  const { owner, verdict } = tx;
  const entry = state.entries.find((one) => `${one.request}/${one.process}` === owner);
  remove(state, tx);
  if (entry === undefined || verdict === null) return;
  if (isHeard) finish(state, world, entry, verdict, tx.key);
  else entry.at = 'unknown';
}

/** An error of the database: nothing is written, the entry is run again. */
function abort(state: State, world: World, tx: Transaction, then = failEntry): void {
  const entry = state.entries.find((one) => `${one.request}/${one.process}` === tx.owner);
  remove(state, tx);
  if (entry !== undefined) then(state, world, entry);
}

function remove(state: State, tx: Transaction): void {
  state.transactions.splice(state.transactions.indexOf(tx), 1);
}

/** Another transaction that has inserted the same key and not ended. */
function rivalOf(state: State, tx: Transaction): Transaction | undefined {
  return state.transactions.find(
    (one) => one !== tx && one.at !== 'insert' && one.verdict === 'accepted' && one.key === tx.key,
  );
}

export function holderOf(state: State, coupon: number): Transaction | undefined {
  return state.transactions.find((one) => one.coupon === coupon && one.at !== 'lock');
}

function nameOf(world: World, tx: Transaction): string {
  if (tx.kind === 'void') return `the void of redemption ${tx.subject + 1}`;
  if (tx.kind === 'cap') return `the request to set the cap to ${tx.subject}`;
  const where = tx.owner === null ? 'as an orphan' : `in ${nameOfProcess(Number(tx.owner.split('/')[1]))}`;
  return `${nameOfRequest(world, tx.subject)} (${where})`;
}
