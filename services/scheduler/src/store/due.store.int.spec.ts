import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { kinds } from '../domain/kinds.js';
import { attemptCap } from '../domain/wake-up.js';
import { type ClaimTerms, DueStore, type NewDue } from './due.store.js';
import { migrationSet } from './migrations/index.js';

const store = new DueStore();
const tenantId = newId();
const past = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');
const future = new Date('2999-01-01T00:00:00.000Z');

let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.appUrl }).initialize();
});
afterEach(() => source.query('DELETE FROM due'));
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const set = (couponId: string, kind: 'start' | 'end', dueAt: Date) =>
  store.set(source.manager, [aDue({ couponId, kind, dueAt: dueAt.getTime() })], attemptCap);
const aDue = (due: Partial<NewDue>): NewDue => {
  const { kind = 'end' } = due;
  const { rank } = kinds[kind];
  return { tenantId, couponId: newId(), cohort: '', kind, rank, dueAt: 0, lapsesAt: null, data: {}, ...due };
};

const claim = (terms: Partial<ClaimTerms> = {}, tx = source.manager) =>
  store.claim(tx, { lease: newId(), leaseMs: 60_000, attemptCap, limit: 10, ...terms });

describe('a claim', () => {
  it('takes what is due, oldest first, and nothing that is to come', async () => {
    const [first, second, third] = [newId(), newId(), newId()];
    await set(third, 'end', future);
    await set(second, 'end', later);
    await set(first, 'end', past);
    expect(await claim()).toEqual([
      { tenantId, couponId: first, cohort: '', kind: 'end', dueAt: past, attempts: 1 },
      { tenantId, couponId: second, cohort: '', kind: 'end', dueAt: later, attempts: 1 },
    ]);
  });

  it('leaves alone what another holds, until its lease has run out', async () => {
    await set(newId(), 'end', past);
    expect(await claim({ leaseMs: 60_000 })).toHaveLength(1);
    expect(await claim()).toEqual([]);
    await source.query("UPDATE due SET not_before = not_before - interval '60 seconds'");
    expect(await claim()).toMatchObject([{ attempts: 2 }]);
  });

  it('does not wait for another that is being made, and takes other rows', async () => {
    for (let count = 0; count < 4; count++) await set(newId(), 'end', past);
    await source.transaction(async (one) => {
      const mine = await claim({ limit: 2 }, one);
      const yours = await source.transaction(async (two) => {
        await two.query("SET LOCAL lock_timeout = '500ms'");
        return claim({ limit: 2 }, two);
      });
      expect(new Set([...mine, ...yours].map(({ couponId }) => couponId)).size).toBe(4);
    });
  });

  it("takes a coupon's end only when its start is out of the way, whoever holds that", async () => {
    const couponId = newId();
    await set(couponId, 'start', past);
    await set(couponId, 'end', later);
    const lease = newId();
    const [start, ...rest] = await claim({ lease });
    expect([start?.kind, rest, await claim()]).toEqual(['start', [], []]);
    await store.take(source.manager, start ? [start] : [], lease);
    expect(await claim()).toMatchObject([{ kind: 'end' }]);
  });

  it('is not held up by a start that is parked, and never takes that', async () => {
    const couponId = newId();
    await set(couponId, 'start', past);
    await set(couponId, 'end', later);
    await source.query("UPDATE due SET attempts = $1 WHERE kind = 'start'", [attemptCap]);
    expect(await claim()).toMatchObject([{ kind: 'end' }]);
    expect(await store.parked(source.manager, attemptCap)).toBe(1);
  });
});

describe('what was claimed', () => {
  it('is taken out once, with its lateness', async () => {
    const lease = newId();
    await set(newId(), 'end', past);
    await source.query('UPDATE due SET set_at = due_at');
    const claimed = await claim({ lease });
    const [taken, ...more] = await store.take(source.manager, claimed, lease);
    expect(more).toEqual([]);
    expect(Math.abs(Date.now() - (taken?.takenAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(taken?.lateMs).toBeCloseTo(Date.now() - past.getTime(), -4);
    expect(await store.take(source.manager, claimed, lease)).toEqual([]);
  });

  it('is late only since it was planned, if that was after its instant', async () => {
    const lease = newId();
    await set(newId(), 'end', past);
    const [taken] = await store.take(source.manager, await claim({ lease }), lease);
    expect(taken?.lateMs).toBeLessThan(60_000);
    await set(newId(), 'end', past);
    expect(await store.lagSeconds(source.manager)).toBeLessThan(60);
  });

  it('cannot be taken by a holder whose lease ran out and who was followed by another', async () => {
    await set(newId(), 'end', past);
    const [slow, quick] = [newId(), newId()];
    const claimed = await claim({ lease: slow, leaseMs: 0 });
    await claim({ lease: quick });
    expect(await store.take(source.manager, claimed, slow)).toEqual([]);
    expect(await store.take(source.manager, claimed, quick)).toHaveLength(1);
  });

  it('cannot be taken once it has been moved; unchanged, it can', async () => {
    const [moved, same] = [newId(), newId()];
    await set(moved, 'end', past);
    await set(same, 'end', past);
    const lease = newId();
    const claimed = await claim({ lease });
    await set(moved, 'end', future);
    await set(same, 'end', past);
    const taken = await store.take(source.manager, claimed, lease);
    expect(taken.map(({ couponId }) => couponId)).toEqual([same]);
  });

  it('rests after a failure of its own, and is free at once after one of a server', async () => {
    await set(newId(), 'end', past);
    for (const [counted, found] of [
      [false, 1],
      [true, 0],
    ] as const) {
      const lease = newId();
      const [due] = await claim({ lease });
      if (!due) throw new Error('nothing to claim');
      const pauseMs = counted ? 60_000 : 0;
      await store.giveBack(source.manager, [due], lease, { pauseMs, counted });
      expect(due.attempts).toBe(1);
      const [next] = await claim({ lease });
      expect(next === undefined ? 0 : 1).toBe(found);
      if (next) await store.giveBack(source.manager, [next], lease, { pauseMs: 0, counted: false });
    }
  });
});

describe('the look ahead', () => {
  const untilNext = () => store.untilNextMs(source.manager, { attemptCap, horizonMs: 50_000 });
  const inMs = (ms: number) => new Date(Date.now() + ms);

  it('sees nothing beyond its horizon', async () => {
    await set(newId(), 'end', inMs(600_000));
    expect(await untilNext()).toBeNull();
  });

  it('sees the nearest instant, past one that rests and one behind it', async () => {
    const resting = newId();
    await set(resting, 'start', past);
    await set(resting, 'end', later);
    await claim({ leaseMs: 60_000 });
    await set(newId(), 'end', inMs(40_000));
    const ms = await untilNext();
    expect(ms).toBeGreaterThan(10_000);
    expect(ms).toBeLessThanOrEqual(40_000);
  });

  it('sees the end of a lease that is nearer', async () => {
    await set(newId(), 'end', past);
    await claim({ leaseMs: 40_000 });
    const ms = await untilNext();
    expect(ms).toBeGreaterThan(10_000);
    expect(ms).toBeLessThanOrEqual(40_000);
  });
});

describe('a hundred thousand instants to come', () => {
  it('are not read to find the few that are due', async () => {
    await source.query(
      `INSERT INTO due (tenant_id, coupon_id, kind, rank, data, due_at)
       SELECT $1, gen_random_uuid(), 'end', 9, '{}', $2::timestamptz + n * interval '1 second'
       FROM generate_series(1, 100000) AS n`,
      [tenantId, future],
    );
    await database.ownerPool().query('ANALYZE due');
    await set(newId(), 'end', past);
    await source.transaction(async (tx) => {
      expect(await claim({}, tx)).toHaveLength(1);
      const [read] = await tx.query<{ rows: number }[]>(
        `SELECT (seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'due'`,
      );
      expect(read?.rows).toBeLessThan(10_000);
    });
  });
});
