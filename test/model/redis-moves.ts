import { type Move, nameOfProcess, nameOfRequest, type World } from './scenario.js';
import {
  blame,
  type Entry,
  type PendingWrite,
  type RedisContent,
  type State,
  type Total,
  type Verdict,
} from './state.js';
import { tellRefusal } from './telling.js';

/** The gate's question for one entry. */
export function ask(state: State, world: World, entry: Entry, index: number): Move[] {
  if (!isAsked(state, world, entry)) return [];
  const what = nameOfRequest(world, entry.request);
  const step = (says: string, run: (state: State, entry: Entry) => void): Move => ({
    says: `${nameOfProcess(entry.process)} ${says}`,
    run: (next) => run(next, next.entries[index] as Entry),
  });
  const asked = step(`asks Redis for ${what}`, (next, mine) => answer(next, world, mine));
  if (state.left.slow === 0) return [asked];
  const late = step(`waits for Redis in vain for ${what}`, (next, mine) => {
    next.left.slow -= 1;
    mine.at = 'admitted';
  });
  return [asked, late];
}

/** Redis holds coupon 1 only: one is enough to see what it does to the others' way. */
export function isAsked(state: State, world: World, { process, request }: Entry): boolean {
  const epoch = state.processes[process]?.epoch ?? null;
  return world.redis && epoch !== null && world.requests[request]?.coupon === 0;
}

function answer(state: State, world: World, entry: Entry): void {
  const process = state.processes[entry.process];
  const { content, ackedBeforeLoss } = state.redis;
  const { total } = content;
  entry.at = 'admitted';
  const isForeign = total !== null && world.has('epoch') && total.epoch !== process?.epoch;
  if (total === null || process === undefined || isForeign) return;
  if (process.probedSinceLoss && total.rev < ackedBeforeLoss)
    blame(state, 'numbers of before the loss of Redis were believed after a probe');
  const terms = world.coupons[0];
  const user = world.requests[entry.request]?.user ?? 0;
  const held = world.has('holdsRefuseNobody') ? 0 : content.holds;
  const isSoldOut = total.finished || total.redeemed + held >= (state.db.coupons[0]?.max ?? 0);
  const isUsedUp = terms?.perUser !== undefined && (total.uses[user] ?? 0) >= terms.perUser;
  if (!isSoldOut && !isUsedUp) {
    content.holds += 1;
    entry.held = true;
  } else if (world.has('refusalsConfirmed')) entry.at = 'confirm';
  else {
    tellRefusal(state, world, entry, isSoldOut ? 'sold_out' : 'user_limit');
    state.entries.splice(state.entries.indexOf(entry), 1);
  }
}

/** After a batch: the committed numbers are on their way to Redis, with nobody waiting. */
export function tellRedis(state: State, world: World, entry: Entry, verdict: Verdict): void {
  const epoch = state.processes[entry.process]?.epoch ?? null;
  if (epoch === null || !isAsked(state, world, entry)) return;
  state.redis.pending.push({
    process: entry.process,
    epoch,
    gives: entry.held,
    sold: verdict === 'accepted',
    user: world.requests[entry.request]?.user ?? 0,
    ...committed(state),
  });
}

export function redisMoves(state: State, world: World): Move[] {
  if (!world.redis) return [];
  return [
    ...state.redis.pending.flatMap((write, index) => writing(state, world, write, index)),
    ...losses(state),
    ...state.processes.flatMap((_, process) => probing(state, world, process)),
    ...rebuilding(state, world),
  ];
}

function writing(state: State, world: World, write: PendingWrite, index: number): Move[] {
  const says = `what ${nameOfProcess(write.process)} committed as revision ${write.rev}`;
  const arrives: Move = {
    says: `${says} reaches Redis`,
    run: (next) => {
      next.redis.pending.splice(index, 1);
      putNumbers(next, world, write);
    },
  };
  if (state.left.lostWrite === 0) return [arrives];
  const lost = (next: State): void => {
    next.left.lostWrite -= 1;
    next.redis.pending.splice(index, 1);
  };
  return [arrives, { says: `${says} never reaches Redis`, run: lost }];
}

function putNumbers(state: State, world: World, write: PendingWrite): void {
  const { content } = state.redis;
  const known = content.total;
  if (known !== null && world.has('epoch') && known.epoch !== write.epoch) return;
  if (write.gives) content.holds = Math.max(0, content.holds - 1);
  const { epoch, rev, redeemed, finished, uses } = write;
  if (known !== null && !world.has('absoluteWrites')) {
    content.total = {
      epoch,
      rev: Math.max(rev, known.rev),
      redeemed: known.redeemed + (write.sold ? 1 : 0),
      finished,
      uses,
    };
  } else if (known === null || known.rev < rev || !world.has('revisionInRedis')) {
    if (known !== null && known.epoch === epoch && known.rev > rev)
      blame(state, 'an older revision has overwritten a newer one in Redis');
    content.total = { epoch, rev, redeemed, finished, uses };
  }
  state.redis.acked = Math.max(state.redis.acked, rev);
}

function losses(state: State): Move[] {
  const { left, redis } = state;
  const lose = (next: State, content: RedisContent, run: number): void => {
    Object.assign(next.redis, { content, run, ackedBeforeLoss: next.redis.acked });
    for (const process of next.processes) process.probedSinceLoss = false;
  };
  const moves: Move[] = [];
  if (left.flush > 0)
    moves.push({
      says: 'Redis loses everything',
      run: (next) => {
        next.left.flush -= 1;
        lose(next, { epoch: null, madeFor: 0, total: null, holds: 0 }, next.redis.run);
      },
    });
  if (left.restore > 0 && redis.saved === null)
    moves.push({
      says: 'Redis saves a snapshot',
      run: (next) => void (next.redis.saved = structuredClone(next.redis.content)),
    });
  if (left.restore > 0 && redis.saved !== null)
    moves.push({
      says: 'Redis comes back from the old snapshot',
      run: (next) => {
        next.left.restore -= 1;
        const saved = next.redis.saved as RedisContent;
        next.redis.saved = null;
        lose(next, saved, next.redis.run + 1);
      },
    });
  return moves;
}

function probing(state: State, world: World, process: number): Move[] {
  const { content, run, rebuild } = state.redis;
  const isOurs = content.epoch !== null && (content.madeFor === run || !world.has('epoch'));
  const found = isOurs ? content.epoch : null;
  const known = state.processes[process];
  const startsRebuild = !isOurs && rebuild === null;
  if (known?.epoch === found && known?.probedSinceLoss === true && !startsRebuild) return [];
  const says = startsRebuild ? 'probes Redis and begins to rebuild it' : 'probes Redis';
  return [
    {
      says: `${nameOfProcess(process)} ${says}`,
      run: (next) => {
        Object.assign(next.processes[process] ?? {}, { epoch: found, probedSinceLoss: true });
        if (!startsRebuild) return;
        const epoch = (next.redis.epochs += 1);
        next.redis.rebuild = { process, epoch, run: next.redis.run, numbers: null, written: false };
      },
    },
  ];
}

/** Read, write, flip: three steps, and commits and losses may come between any two. */
function rebuilding(state: State, _world: World): Move[] {
  const { rebuild } = state.redis;
  if (rebuild === null) return [];
  const who = `the rebuild by ${nameOfProcess(rebuild.process)}`;
  const { epoch, run, numbers, written } = rebuild;
  if (numbers === null)
    return [
      {
        says: `${who} reads PostgreSQL`,
        run: (next) => void (next.redis.rebuild = { ...rebuild, numbers: { epoch, ...committed(next) } }),
      },
    ];
  if (!written)
    return [
      {
        says: `${who} writes revision ${numbers.rev} under a new epoch`,
        run: (next) => {
          const { content } = next.redis;
          const known = content.total;
          if (known?.epoch !== epoch) Object.assign(content, { total: numbers, holds: 0 });
          else if (known.rev < numbers.rev) content.total = numbers;
          next.redis.rebuild = { ...rebuild, written: true };
        },
      },
    ];
  return [
    {
      says: `${who} puts the new epoch in force`,
      run: (next) => {
        Object.assign(next.redis.content, { epoch, madeFor: run });
        next.redis.rebuild = null;
      },
    },
  ];
}

function committed(state: State): Omit<Total, 'epoch'> {
  const row = state.db.coupons[0];
  const { rev = 0, redeemed = 0, finished = false } = row ?? {};
  return { rev, redeemed, finished, uses: [...(state.db.uses[0] ?? [])] };
}
