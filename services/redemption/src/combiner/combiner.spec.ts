import { describe, expect, it } from '@jest/globals';
import { Combiner, type CombinerLimits } from './combiner.js';
import type { Combinable, Ticket } from './ticket.js';

interface Entry extends Combinable {
  readonly name: string;
}
type Batch = readonly Ticket<Entry, string>[];

/** Stages that the test opens by hand, and a record of what they were given. */
class Stage {
  readonly seen: string[][] = [];
  private readonly doors: (() => void)[] = [];
  /** @param asks it takes a turn of the event loop, as whoever asks a server does */
  constructor(
    private readonly isOpen: boolean,
    private readonly asks = false,
  ) {}
  async pass(batch: Batch): Promise<void> {
    this.seen.push(batch.map(({ entry }) => entry.name));
    if (this.asks) await turn();
    if (!this.isOpen) await new Promise<void>((resolve) => this.doors.push(resolve));
  }
  open(): void {
    this.doors.shift()?.();
  }
}

function combinerWith(options: Partial<CombinerLimits> & { screen?: Stage; settle?: Stage } = {}) {
  const { screen = new Stage(true), settle = new Stage(true), ...limits } = options;
  const stages = {
    screen: async (batch: Batch) => {
      await screen.pass(batch);
      return batch;
    },
    settle: async (batch: Batch) => {
      await settle.pass(batch);
      for (const ticket of batch) ticket.succeed(`${ticket.entry.name}!`);
    },
  };
  const combiner = new Combiner<Entry, string, Batch>(stages, {
    lanes: 1,
    maxBatch: 64,
    maxWaiting: 100,
    maxPerUser: 100,
    patienceMs: 60_000,
    returnMs: 0,
    ...limits,
  });
  return { combiner, screen, settle };
}

function entry(name: string, over: Partial<Entry> = {}): Entry {
  return { name, tenantId: 't1', couponId: 'c1', userId: `user-${name}`, ...over };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn();
}

async function answerOf(submission: ReturnType<Combiner<Entry, string, Batch>['submit']>): Promise<string> {
  if (!submission.taken) throw new Error(`turned away: ${submission.reason}`);
  return submission.answer;
}

describe('natural batching', () => {
  it('answers a lone entry with a batch of one, without waiting for others', async () => {
    const { combiner, settle } = combinerWith();
    await expect(answerOf(combiner.submit(entry('a')))).resolves.toBe('a!');
    expect(settle.seen).toEqual([['a']]);
  });

  it('puts what comes in the same turn of the event loop into one batch', async () => {
    const { combiner, settle } = combinerWith();
    await Promise.all(['a', 'b', 'c'].map((name) => answerOf(combiner.submit(entry(name)))));
    expect(settle.seen).toEqual([['a', 'b', 'c']]);
  });

  it('screens the next batch while this one settles, and settles one batch at a time', async () => {
    const asking = new Stage(true, true);
    const { combiner, screen, settle } = combinerWith({ screen: asking, settle: new Stage(false) });
    const first = answerOf(combiner.submit(entry('a')));
    await turns(3);
    const second = answerOf(combiner.submit(entry('b')));
    await turns(3);
    expect(screen.seen).toEqual([['a'], ['b']]);
    expect(settle.seen).toEqual([['a']]);
    const third = answerOf(combiner.submit(entry('c')));
    const fourth = answerOf(combiner.submit(entry('d')));
    settle.open();
    await first;
    await turns(3);
    expect(settle.seen).toEqual([['a'], ['b']]);
    expect(screen.seen).toEqual([['a'], ['b'], ['c', 'd']]);
    settle.open();
    await second;
    await turns(3);
    settle.open();
    await expect(Promise.all([third, fourth])).resolves.toEqual(['c!', 'd!']);
  });

  it('lets a batch grow until the one before is settled where screening asks nobody', async () => {
    const { combiner, screen, settle } = combinerWith({ settle: new Stage(false) });
    const first = answerOf(combiner.submit(entry('a')));
    await turns(3);
    const second = answerOf(combiner.submit(entry('b')));
    await turns(3);
    const third = answerOf(combiner.submit(entry('c')));
    await turns(3);
    expect(screen.seen).toEqual([['a']]);
    settle.open();
    await first;
    await turns(3);
    expect(settle.seen).toEqual([['a'], ['b', 'c']]);
    settle.open();
    await expect(Promise.all([second, third])).resolves.toEqual(['b!', 'c!']);
  });

  it('never makes a batch longer than the limit', async () => {
    const { combiner, settle } = combinerWith({ maxBatch: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => answerOf(combiner.submit(entry(name)))));
    expect(settle.seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('holds any coupons of one tenant in a batch, and never two tenants', async () => {
    const { combiner, settle } = combinerWith();
    const entries = [
      entry('a'),
      entry('b', { tenantId: 't2' }),
      entry('c', { couponId: 'c2' }),
      entry('d', { tenantId: 't2' }),
    ];
    await Promise.all(entries.map((one) => answerOf(combiner.submit(one))));
    expect(settle.seen).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
  });

  it('lets tenants take turns', async () => {
    const { combiner, settle } = combinerWith({ maxBatch: 1 });
    const entries = [entry('a'), entry('b'), entry('c', { tenantId: 't2' })];
    await Promise.all(entries.map((one) => answerOf(combiner.submit(one))));
    expect(settle.seen).toEqual([['a'], ['c'], ['b']]);
  });

  it('holds one entry per user in a batch, whatever the coupon; the second waits for the next', async () => {
    const { combiner, settle } = combinerWith();
    const entries = [
      entry('a', { userId: 'u' }),
      entry('b', { userId: 'u' }),
      entry('c', { userId: 'u', couponId: 'c2' }),
      entry('d'),
    ];
    await Promise.all(entries.map((one) => answerOf(combiner.submit(one))));
    expect(settle.seen).toEqual([['a', 'd'], ['b'], ['c']]);
  });
});

describe('bounds', () => {
  it('turns away what the queue cannot hold, and takes entries again when there is room', async () => {
    const { combiner, settle } = combinerWith({ maxWaiting: 2, settle: new Stage(false) });
    const taken = ['a', 'b'].map((name) => answerOf(combiner.submit(entry(name))));
    expect(combiner.submit(entry('c'))).toEqual({ taken: false, reason: 'full' });
    await turn();
    settle.open();
    await Promise.all(taken);
    expect(combiner.submit(entry('d')).taken).toBe(true);
  });

  it('turns away a user with too many entries under way, and nobody else', async () => {
    const { combiner } = combinerWith({ maxPerUser: 2 });
    const of = (name: string): Entry => entry(name, { userId: 'u' });
    const first = answerOf(combiner.submit(of('a')));
    const second = answerOf(combiner.submit(of('b')));
    expect(combiner.submit(of('c'))).toEqual({ taken: false, reason: 'user_busy' });
    expect(combiner.submit(entry('d')).taken).toBe(true);
    await Promise.all([first, second]);
    expect(combiner.submit(of('e')).taken).toBe(true);
  });
});

describe('failures', () => {
  it('fails the batch whose screening throws, and works on', async () => {
    let isBroken = true;
    const combiner = new Combiner<Entry, string, Batch>(
      {
        screen: (batch) => (isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(batch)),
        settle: async (batch) => batch.forEach((ticket) => ticket.succeed('fine')),
      },
      { lanes: 1, maxBatch: 64, maxWaiting: 100, maxPerUser: 1, patienceMs: 60_000, returnMs: 0 },
    );
    await expect(answerOf(combiner.submit(entry('a')))).rejects.toThrow('broken');
    isBroken = false;
    await expect(answerOf(combiner.submit(entry('a')))).resolves.toBe('fine');
  });

  it('leaves nobody without an answer', async () => {
    const combiner = new Combiner<Entry, string, Batch>(
      { screen: (batch) => Promise.resolve(batch), settle: () => Promise.resolve() },
      { lanes: 1, maxBatch: 64, maxWaiting: 100, maxPerUser: 1, patienceMs: 60_000, returnMs: 0 },
    );
    await expect(answerOf(combiner.submit(entry('a')))).rejects.toThrow('without an answer');
  });
});

describe('idle', () => {
  it('is when everything is answered', async () => {
    const { combiner } = combinerWith({ lanes: 4 });
    const answers = ['a', 'b', 'c'].map((name) =>
      answerOf(combiner.submit(entry(name, { tenantId: `tenant-${name}` }))),
    );
    await combiner.idle();
    await expect(Promise.all(answers)).resolves.toEqual(['a!', 'b!', 'c!']);
    expect(combiner.waiting).toBe(0);
  });
});
