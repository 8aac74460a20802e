import { describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { APART_MS, type LaneLimits, Lanes } from './lanes.js';
import { type Combinable, Ticket } from './ticket.js';

const PATIENCE_MS = 30;

/** Rows that somebody holds: a batch with an entry for one of them goes on when it is let go. */
class Rows {
  readonly seen: string[][] = [];
  private readonly held = new Map<string, PromiseWithResolvers<void>>();

  hold(couponId: string): void {
    this.held.set(couponId, Promise.withResolvers());
  }

  release(couponId: string): void {
    this.held.get(couponId)?.resolve();
    this.held.delete(couponId);
  }

  async lock(batch: readonly Ticket<Combinable, string>[]): Promise<void> {
    this.seen.push(batch.map(({ entry }) => entry.couponId));
    for (const { entry } of batch) await this.held.get(entry.couponId)?.promise;
  }
}

interface Options extends Partial<LaneLimits> {
  /** The first stage takes turns of the event loop, as one does that asks a server. */
  readonly asks?: boolean;
}

function lanesOver(rows: Rows, { asks = false, ...limits }: Options = {}) {
  const lanes = new Lanes<Combinable, string, readonly Ticket<Combinable, string>[]>(
    {
      screen: (batch) => (asks ? sleep(2, batch) : Promise.resolve(batch)),
      settle: async (batch) => {
        await rows.lock(batch);
        for (const ticket of batch) ticket.succeed(ticket.entry.couponId);
      },
    },
    { lanes: 2, maxBatch: 64, patienceMs: PATIENCE_MS, returnMs: 0, ...limits },
  );
  let users = 0;
  /** One entry of another user each. */
  const ask = (couponId: string, tenantId = 't'): Promise<string> => {
    const ticket = new Ticket<Combinable, string>(
      { tenantId, couponId, userId: `user-${++users}` },
      () => undefined,
    );
    lanes.add(ticket);
    return ticket.answer;
  };
  return { lanes, ask };
}

/** Milliseconds until it is answered. */
async function timeOf(answer: Promise<string>): Promise<number> {
  const since = performance.now();
  await answer;
  return performance.now() - since;
}

describe('while batches come back in time', () => {
  it('all coupons of a tenant share them', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    const coupons = Array.from({ length: 40 }, (_, n) => `c${n}`);
    await Promise.all(coupons.map((couponId) => ask(couponId)));
    expect(rows.seen).toEqual([coupons]);
  });

  it('tenants are spread over the lanes', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows, { patienceMs: 60_000 });
    const tenants = Array.from({ length: 40 }, (_, n) => `tenant-${n}`);
    rows.hold('held');
    const held = ask('held', tenants[0]);
    await sleep(5);
    const answered = await Promise.all(
      tenants.slice(1).map((tenant) => Promise.race([ask('c', tenant), sleep(200, 'waits')])),
    );
    expect(answered.filter((answer) => answer === 'c').length).toBeGreaterThan(10);
    expect(answered).toContain('waits');
    rows.release('held');
    await held;
  });
});

describe('while the row of a coupon is held', () => {
  it('others go on after a moment, those that already wait behind it, too', async () => {
    const rows = new Rows();
    const { ask, lanes } = lanesOver(rows);
    rows.hold('held');
    const held = ask('held');
    await sleep(5);
    expect(await timeOf(ask('other'))).toBeLessThan(PATIENCE_MS * 10);
    expect(await timeOf(ask('another'))).toBeLessThan(PATIENCE_MS);
    rows.release('held');
    await held;
    await lanes.idle();
  });

  it('its own entries stay in line, in a batch apart from those of other coupons', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    rows.hold('held');
    const stuck = [ask('held'), ask('mate')];
    await sleep(PATIENCE_MS * 3);
    const later = [ask('held'), ask('mate'), ask('held'), ask('other')];
    await later[3];
    expect(rows.seen).toEqual([['held', 'mate'], ['other']]);
    rows.release('held');
    await Promise.all([...stuck, ...later]);
    expect(rows.seen.slice(2)).toEqual([['held', 'held'], ['mate']]);
  });

  it('and another’s, too: both wait in one lane, and everybody else has the other', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    for (const couponId of ['held', 'second']) rows.hold(couponId);
    const first = ask('held');
    await sleep(PATIENCE_MS * 3);
    const second = ask('second');
    await sleep(PATIENCE_MS * 3);
    rows.release('second');
    await second;
    rows.hold('second');
    const again = ask('second');
    expect(await timeOf(ask('other'))).toBeLessThan(PATIENCE_MS);
    expect(rows.seen).toEqual([['held'], ['second'], ['other']]);
    for (const couponId of ['held', 'second']) rows.release(couponId);
    await Promise.all([first, again]);
  });

  it('and another’s, too: whoever waits behind one goes on when the other is let go', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    for (const couponId of ['held', 'second']) rows.hold(couponId);
    const first = ask('held');
    await sleep(PATIENCE_MS * 3);
    const second = ask('second');
    await sleep(PATIENCE_MS * 3);
    const others = ['a', 'b', 'c'].map((couponId) => ask(couponId));
    rows.release('second');
    await Promise.all([second, ...others]);
    rows.release('held');
    await first;
  });

  it('a coupon shares batches again after one of its own that was in time', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    rows.hold('held');
    const stuck = ask('held');
    await sleep(PATIENCE_MS * 3);
    rows.release('held');
    await stuck;
    await Promise.all([ask('held'), ask('other')]);
    await Promise.all([ask('held'), ask('other')]);
    expect(rows.seen.slice(0, 3).map(String).sort()).toEqual(['held', 'held', 'other']);
    expect(rows.seen.slice(3)).toEqual([['held', 'other']]);
  });

  it('a coupon that nobody asks for any more is kept apart for a while only', async () => {
    const rows = new Rows();
    const { ask } = lanesOver(rows);
    rows.hold('held');
    const stuck = [ask('held'), ask('mate')];
    await sleep(PATIENCE_MS * 3);
    rows.release('held');
    await Promise.all(stuck);
    const later = performance.now() + APART_MS + 1;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => later);
    await Promise.all([ask('other'), ask('mate')]);
    clock.mockRestore();
    expect(rows.seen).toEqual([
      ['held', 'mate'],
      ['other', 'mate'],
    ]);
  });

  it('nobody is left behind at the end: those that went to another lane meanwhile are waited for', async () => {
    const rows = new Rows();
    const { ask, lanes } = lanesOver(rows, { asks: true });
    for (const couponId of ['held', 'moved']) rows.hold(couponId);
    const first = ask('held');
    await sleep(10);
    // Screened, and next behind the held one.
    const second = ask('next');
    await sleep(10);
    const moved = ask('moved');
    let isIdle = false;
    const idle = lanes.idle().then(() => (isIdle = true));
    await sleep(PATIENCE_MS * 3);
    rows.release('held');
    await Promise.all([first, second]);
    await sleep(10);
    expect(isIdle).toBe(false);
    rows.release('moved');
    await Promise.all([moved, idle]);
  });

  it('one lane is enough: nobody is left without an answer', async () => {
    const rows = new Rows();
    const { ask, lanes } = lanesOver(rows, { lanes: 1 });
    rows.hold('held');
    const asked = [ask('held'), ask('other')];
    await sleep(PATIENCE_MS * 3);
    asked.push(ask('held'), ask('third'));
    rows.release('held');
    await Promise.all(asked);
    await lanes.idle();
    expect(lanes.waiting).toBe(0);
  });
});

it('does not take a slow server for a held row: what is late is measured by what is usual', async () => {
  const seen: string[][] = [];
  const slow = {
    seen,
    lock: async (batch: readonly Ticket<Combinable, string>[]): Promise<void> => {
      seen.push(batch.map(({ entry }) => entry.couponId));
      await sleep(PATIENCE_MS * 1.5);
    },
  } as unknown as Rows;
  const { ask } = lanesOver(slow);
  for (let n = 0; n < 12; n += 1) await Promise.all([ask('a'), ask('b')]);
  seen.length = 0;
  await Promise.all([ask('a'), ask('b')]);
  expect(seen).toEqual([['a', 'b']]);
});
