import { decide, mayBeUnderway, read } from './decide.js';
import { ask, isAsked, tellRedis } from './redis-moves.js';
import { type Move, nameOfProcess, nameOfRequest, type World } from './scenario.js';
import { blame, type Entry, type Memory, type State, type Verdict } from './state.js';
import { tell, tellRefusal } from './telling.js';

const MAX_TRIES = 3;

/** Clients send; processes work on what was sent. */
export function entryMoves(state: State, world: World): Move[] {
  const sent = world.requests.flatMap((_, request) =>
    state.processes.flatMap((__, process) => send(state, world, request, process)),
  );
  return [...sent, ...state.entries.flatMap((entry, index) => work(state, world, entry, index))];
}

/** A copy of what the process is still working on joins it, which changes nothing. */
function send(state: State, world: World, request: number, process: number): Move[] {
  if (state.sends[request] === 0) return [];
  // Processes are alike: the first to work is called A.
  if (process > 0 && state.sends.every((left, one) => left === world.requests[one]?.sends)) return [];
  if (state.entries.some((entry) => entry.request === request && entry.process === process)) return [];
  const says = world.requests[request]?.auto
    ? `${nameOfProcess(process)} claims ${nameOfRequest(world, request)}`
    : `${nameOfRequest(world, request)} is sent to ${nameOfProcess(process)}`;
  const run = (next: State): void => {
    const claim = (next.sends[request] = (next.sends[request] ?? 1) - 1);
    next.entries.push({ request, process, at: 'screen', tries: 1, stale: false, held: false, claim });
  };
  return [{ says, run }];
}

function work(state: State, world: World, entry: Entry, index: number): Move[] {
  const who = `${nameOfProcess(entry.process)}`;
  const what = nameOfRequest(world, entry.request);
  const step = (says: string, run: (state: State, entry: Entry) => void): Move => ({
    says: `${who} ${says}`,
    run: (next) => run(next, next.entries[index] as Entry),
  });
  switch (entry.at) {
    case 'screen':
      if (memoryOf(state, world, entry)?.refuses) {
        return [step(`remembers that ${what} is hopeless`, (_next, mine) => (mine.at = 'confirm'))];
      }
      return [
        ...ask(state, world, entry, index),
        ...passBy(state, world, entry).map((says) =>
          step(says, (next, mine) => callFunction(next, world, mine)),
        ),
      ];
    case 'admitted':
      return [step(`calls the function for ${what}`, (next, mine) => callFunction(next, world, mine))];
    case 'confirm':
      return [
        step(`looks the facts of ${what} up, without a lock`, (next, mine) => confirm(next, world, mine)),
      ];
    case 'unknown':
      if (!world.has('unknownGoesBackThroughTheLock')) {
        return [
          step(`looks the keys of ${what} up, without a lock`, (next, mine) =>
            confirm(next, world, mine, { trustsTheLook: true }),
          ),
        ];
      }
      return [step(`runs ${what} again with the same key`, (next, mine) => failEntry(next, world, mine))];
    case 'store':
      return [step(`stores what it still owes for ${what}`, (next, mine) => store(next, world, mine))];
    case 'waiting':
      return [];
  }
}

/** Without Redis there is nothing to wait for. */
function passBy(state: State, world: World, entry: Entry): string[] {
  return isAsked(state, world, entry)
    ? []
    : [`calls the function for ${nameOfRequest(world, entry.request)}`];
}

/** What confirm-refusals does: stored answers first, then the rules on the rows; who passes goes to the function. */
function confirm(state: State, world: World, entry: Entry, { trustsTheLook = false } = {}): void {
  const { coupon, user } = requestOf(world, entry);
  const reading = read(state, world, { coupon, user, key: keyOf(world, entry) });
  const verdict = decide(world, { request: entry.request, terms: null }, reading);
  learn(state, world, entry);
  if (verdict === 'known') return finish(state, world, entry, 'known', keyOf(world, entry));
  const isLeft = mayBeUnderway(verdict) && world.has('underwayGoesToTheFunction') && !trustsTheLook;
  if (verdict === 'accepted' || isLeft) callFunction(state, world, entry);
  else finish(state, world, entry, verdict, keyOf(world, entry));
}

/** The batch is on its way to PostgreSQL; when it gets its lock is another matter. */
export function callFunction(state: State, world: World, entry: Entry): void {
  const { coupon, user } = requestOf(world, entry);
  const memory = memoryOf(state, world, entry) ?? learn(state, world, entry);
  const key = keyOf(world, entry);
  const readsEarly = (['lockBeforeRead', 'keyAfterLock', 'clockAfterLock'] as const).some(
    (guard) => !world.has(guard),
  );
  entry.at = 'waiting';
  state.transactions.push({
    kind: 'redeem',
    owner: `${entry.request}/${entry.process}`,
    subject: entry.request,
    key,
    coupon,
    user,
    terms: { version: memory.version, price: memory.price },
    at: 'lock',
    balances: 0,
    verdict: null,
    decidedAt: 0,
    early: readsEarly ? read(state, world, { coupon, user, key }) : null,
    followedAtLock: true,
    overtaken: false,
  });
}

/** The function has answered and the process has heard it, or the facts have. */
export function finish(state: State, world: World, entry: Entry, verdict: Verdict, key: string): void {
  switch (verdict) {
    case 'stale':
      learn(state, world, entry);
      // Once more on the new terms; then the client is told to come again, which decides nothing.
      if (entry.stale) return drop(state, entry);
      entry.stale = true;
      return callFunction(state, world, entry);
    case 'accepted':
    case 'known':
      tellRedis(state, world, entry, verdict);
      tell(state, entry.request, state.db.answers[key] ?? state.db.redemptions.length - 1);
      if (verdict === 'accepted' && owes(world)) entry.at = 'store';
      else drop(state, entry);
      return;
    case 'key_reused':
      return drop(state, entry);
    default:
      tellRedis(state, world, entry, verdict);
      learn(state, world, entry);
      tellRefusal(state, world, entry, verdict);
      return drop(state, entry);
  }
}

/** Nothing is known of what was run; it is run again, a few times. */
export function failEntry(state: State, world: World, entry: Entry): void {
  entry.tries += 1;
  if (entry.tries > MAX_TRIES) giveUp(state, world, entry);
  else callFunction(state, world, entry);
}

/** Its client hears of an error, which only a connection that was cut can excuse. */
export function giveUp(state: State, world: World, entry: Entry): void {
  if (state.left.cut === (world.disturbances.cut ?? 0))
    blame(state, `${nameOfRequest(world, entry.request)} failed, though it could have been decided`);
  drop(state, entry);
}

function owes(world: World): boolean {
  return !world.has('answerInTransaction') || !world.has('factInTransaction');
}

function store(state: State, world: World, entry: Entry): void {
  const redemption = state.db.redemptions.findLastIndex(({ request }) => request === entry.request);
  const row = state.db.redemptions[redemption];
  if (row !== undefined && !world.has('factInTransaction')) row.facts += 1;
  state.db.answers[keyOf(world, entry)] ??= redemption;
  drop(state, entry);
}

function drop(state: State, entry: Entry): void {
  state.entries.splice(state.entries.indexOf(entry), 1);
}

function requestOf(world: World, { request }: Entry): { coupon: number; user: number } {
  return world.requests[request] ?? { coupon: 0, user: 0 };
}

function keyOf(world: World, { request, claim }: Entry): string {
  const { key = '', auto = false } = world.requests[request] ?? {};
  return auto && !world.has('attemptHasOneKey') ? `${key}.${claim}` : key;
}

function memoryOf(state: State, world: World, entry: Entry): Memory | null {
  return state.processes[entry.process]?.memory[requestOf(world, entry).coupon] ?? null;
}

/** Reads the coupon's row into the memory of the entry's process. */
function learn(state: State, world: World, entry: Entry): Memory {
  const { coupon } = requestOf(world, entry);
  const row = state.db.coupons[coupon];
  const memory = {
    version: row?.version ?? 0,
    price: row?.price ?? 0,
    refuses: row?.finished === true || row?.enabled === false,
  };
  const process = state.processes[entry.process];
  if (process !== undefined) process.memory[coupon] = memory;
  return memory;
}
