import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { Clock, Log, type TenantDatabase } from '#platform';
import { eventually, newId } from '#testkit';
import { RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { RedemptionBatchStore } from '../store/redemption-batch.store.js';
import { type EntryResult, RunBatch } from './run-batch.js';

let fixture: RedemptionFixture;
let memory: CouponMemory;
let runner: RunBatch;
const log = new Log({ level: 'silent' });
beforeAll(async () => {
  fixture = await RedemptionFixture.open();
  memory = new CouponMemory(fixture.facts);
  runner = new RunBatch(fixture.batches, memory, log);
});
afterAll(() => fixture.close());

/** Entries of so many followers, with the coupon in memory as it is now. */
async function entriesFor(coupon: Coupon, count: number): Promise<RedeemEntry[]> {
  await memory.load(coupon.tenantId, coupon.couponId);
  const users = await fixture.followersOf(coupon, count);
  return users.map((userId) => fixture.entry(coupon, userId));
}

const kinds = (results: readonly EntryResult[]): string[] =>
  results.map((result) => ('outcome' in result ? result.outcome.kind : 'error'));

/** Holds the coupon's row in a transaction of another connection until `release`. */
async function hold(coupon: Coupon) {
  const holder = await fixture.pool.connect();
  await holder.query('BEGIN');
  await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
  await holder.query('SELECT FROM coupon WHERE coupon_id = $1 FOR UPDATE', [coupon.couponId]);
  return {
    query: (sql: string) => holder.query(sql, [coupon.couponId]),
    release: async () => {
      await holder.query('COMMIT');
      holder.release();
    },
  };
}

/** Backends of ours that wait for a row. */
const waiting = async (): Promise<number[]> => {
  const { rows } = await fixture.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.map(({ pid }) => pid);
};

describe('a batch', () => {
  it('with one entry that cannot be written redeems the other 63', async () => {
    const coupon = await fixture.addCoupon();
    const entries = await entriesFor(coupon, 64);
    const poisoned = entries.map((entry, place) =>
      place === 41 ? { ...entry, redemptionId: 'no id' } : entry,
    );
    const { results } = await runner.run(poisoned);
    expect(kinds(results).flatMap((kind, place) => (kind === 'accepted' ? [] : [place]))).toEqual([41]);
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({
      redeemed: 63,
      redemptions: 63,
      uses: 63,
      answers: 63,
      facts: 63,
    });
  });

  it('with one bonus that does not fit into the balance refuses that one, and changes nothing for it', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ bonus: { pointNameId: coin, amount: 2n, pointName: null } });
    const entries = await entriesFor(coupon, 4);
    const full = 9_223_372_036_854_775_806n;
    await fixture.addBalance(entries[2]?.userId ?? '', coin, full);
    const { results } = await runner.run(entries);
    expect(kinds(results.filter((_, place) => place !== 2))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(results[2]).toEqual({ refused: 'balance_too_large' });
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({
      redeemed: 3,
      redemptions: 3,
      answers: 3,
    });
    const [row] = await fixture.rows('SELECT balance FROM point_balance WHERE user_id = $1', [
      entries[2]?.userId,
    ]);
    expect(row).toEqual({ balance: String(full) });
  });

  it('decided on points that another batch takes meanwhile refuses them as spent', async () => {
    const [coin, partnerId] = [newId(), newId()];
    const points = (pointNameId: string, amount: bigint) => ({ pointNameId, amount, pointName: null });
    const coupons = await Promise.all(
      [newId(), newId()].map((token) =>
        fixture.addCoupon({
          audience: 'everyone',
          partnerId,
          units: { resource: 'MB', units: 1 },
          partnerUnits: 9,
          price: points(coin, 10n),
          bonus: points(token, 1n),
        }),
      ),
    );
    const userId = newId();
    for (const { bonus } of coupons) await fixture.addBalance(userId, bonus?.pointNameId ?? '', 1n);
    for (const coupon of coupons) await memory.load(coupon.tenantId, coupon.couponId);
    const blocked = async (): Promise<number> => {
      const { rows } = await fixture.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`,
      );
      return rows.length;
    };
    await fixture.addBalance(userId, coin, 10n);
    const account = await fixture.pool.connect();
    await account.query('BEGIN');
    await account.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await account.query('SELECT FROM addon_balance WHERE partner_id = $1 FOR UPDATE', [partnerId]);
    const running = coupons.map((coupon) => runner.run([fixture.entry(coupon, userId)]));
    try {
      // Both have read the ten points, and neither has taken them.
      await eventually(async () => expect(await blocked()).toBe(2));
    } finally {
      await account.query('COMMIT');
      account.release();
    }
    const said = (await Promise.all(running)).flatMap(({ results }) =>
      results.map((one) =>
        'outcome' in one && one.outcome.kind === 'refused' ? one.outcome.code : kinds([one])[0],
      ),
    );
    expect(said.toSorted()).toEqual(['accepted', 'points_short']);
  });

  it('decided on older terms is decided again on the new ones', async () => {
    const [changed, same] = [await fixture.addCoupon(), await fixture.addCoupon()];
    const entries = [...(await entriesFor(changed, 2)), ...(await entriesFor(same, 1))];
    const other = await hold(changed);
    const running = runner.run(entries);
    await eventually(async () => expect(await waiting()).toHaveLength(1));
    await other.query(
      `UPDATE coupon SET version = 2, rev = rev + 1, status = 'disabled' WHERE coupon_id = $1`,
    );
    await other.release();
    const { results } = await running;
    expect(kinds(results)).toEqual(['refused', 'refused', 'accepted']);
    expect(memory.get(changed.tenantId, changed.couponId)).toMatchObject({ version: 2, status: 'disabled' });
    expect((await fixture.countsOf(changed.couponId)).redeemed).toBe(0);
  });

  it('asks for the new terms of all its coupons at once, on one connection', async () => {
    const coupons = await Promise.all(Array.from({ length: 5 }, () => fixture.addCoupon()));
    const entries: RedeemEntry[] = [];
    for (const coupon of coupons) entries.push(...(await entriesFor(coupon, 1)));
    for (const coupon of coupons) {
      const editor = await hold(coupon);
      await editor.query('UPDATE coupon SET version = 2, rev = rev + 1 WHERE coupon_id = $1');
      await editor.release();
    }
    const reads = jest.spyOn(CouponFactsStore.prototype, 'read');
    const { results } = await runner.run(entries);
    expect(kinds(results)).toEqual(coupons.map(() => 'accepted'));
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });
});

describe('a coupon whose row is held for longer than anybody waits', () => {
  it('fails its own entries, and those of the other coupons are decided', async () => {
    const [held, free] = [await fixture.addCoupon(), await fixture.addCoupon()];
    const [first, third] = await entriesFor(held, 2);
    const [second, fourth] = await entriesFor(free, 2);
    const pool = new pg.Pool({ connectionString: fixture.test.appUrl, lock_timeout: 200 });
    const impatient = new RedemptionBatchStore({ pool } as TenantDatabase, new Clock());
    const other = await hold(held);
    try {
      const mixed = [first, second, third, fourth] as RedeemEntry[];
      const { results } = await new RunBatch(impatient, memory, log).run(mixed);
      expect(kinds(results)).toEqual(['error', 'accepted', 'error', 'accepted']);
    } finally {
      await other.release();
      await pool.end();
    }
    expect(await fixture.countsOf(free.couponId)).toMatchObject({ redeemed: 2, redemptions: 2 });
    expect(await fixture.countsOf(held.couponId)).toMatchObject({ redeemed: 0, redemptions: 0 });
  });
});

describe('a connection that is lost', () => {
  it('after the commit, before the answer: the answer is found again, as the first one', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 3 } });
    const entries = await entriesFor(coupon, 3);
    let runs = 0;
    const deaf = {
      redeem: async (...given: Parameters<RedemptionBatchStore['redeem']>) => {
        const done = await fixture.batches.redeem(...given);
        if ((runs += 1) === 1) throw new Error('Connection terminated unexpectedly');
        return done;
      },
    } as RedemptionBatchStore;
    const { results, coupons } = await new RunBatch(deaf, memory, log).run(entries);
    expect(kinds(results)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(coupons.get(coupon.couponId)?.stock).toMatchObject({ redeemed: 3, finished: true });
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({
      redeemed: 3,
      redemptions: 3,
      exhausted: 1,
    });
  });

  it('while the backend still waits for the row: run again, sold once', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 1 } });
    const entries = await entriesFor(coupon, 1);
    const other = await hold(coupon);
    const running = runner.run(entries);
    await eventually(async () => expect(await waiting()).toHaveLength(1));
    const [orphan] = await waiting();
    await fixture.test
      .ownerPool()
      .query('SELECT pg_terminate_backend($1)', [orphan])
      .catch(() => undefined);
    await fixture.pool.query('SELECT pg_terminate_backend($1)', [orphan]);
    await other.release();
    const { results } = await running;
    expect(kinds(results)).toEqual(['accepted']);
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({ redeemed: 1, redemptions: 1, uses: 1 });
  });

  it('with the orphan still queued for the row: whoever comes first sells it, the other finds it', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 2 } });
    const [entry] = await entriesFor(coupon, 1);
    const other = await hold(coupon);
    // The orphan and the second run are the same call, both waiting.
    const both = [1, 2].map(() => runner.run([entry as RedeemEntry]));
    await eventually(async () => expect(await waiting()).toHaveLength(2));
    await other.release();
    const answers = (await Promise.all(both)).map(({ results }) => results[0]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({ redeemed: 1, redemptions: 1, uses: 1 });
  });
});

describe('plans', () => {
  it('made over empty tables still look up each row by its whole key when the tables are full', async () => {
    // One connection: it keeps its plans, and flushes its statistics by itself.
    const alone = await RedemptionFixture.open({ connections: 1 });
    try {
      const { batches, facts } = alone;
      const coupon = await alone.addCoupon();
      const [first = '', ...users] = await alone.followersOf(coupon, 641);
      // Known to be empty: the planner then thinks that reading all of a table costs nothing.
      await alone.test.ownerPool().query('VACUUM ANALYZE');
      await batches.redeem([alone.entry(coupon, first)], versionsOf(coupon));
      const before = await rowsRead(alone);
      for (let done = 0; done < users.length; done += 64) {
        const entries = users.slice(done, done + 64).map((userId) => alone.entry(coupon, userId));
        await batches.redeem(entries, versionsOf(coupon));
        await facts.read(alone.tenantId, [coupon.couponId], entries);
      }
      const read = minus(await rowsRead(alone), before);
      expect(read.scanned).toBe(0);
      // Each entry finds its follow twice, its own use and answer once, its own keys at the inserts; reading all that
      // was there, again and again, comes to more than twice this.
      expect(read.byIndex).toBeLessThan(10 * users.length);
    } finally {
      await alone.close();
    }
  });
});

interface RowsRead {
  readonly scanned: number;
  readonly byIndex: number;
}

/** Rows of the tables that grow. */
async function rowsRead({ pool }: RedemptionFixture): Promise<RowsRead> {
  await pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ scanned: string; by_index: string }>(
    `SELECT sum(seq_tup_read) AS scanned,
            (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relname = ANY (array_agg(t.relname))) AS by_index
       FROM pg_stat_user_tables t WHERE relname ~ '^(coupon_usage|follow|stored_answer_[0-9])$'`,
  );
  return { scanned: Number(rows[0]?.scanned), byIndex: Number(rows[0]?.by_index) };
}

function minus(a: RowsRead, b: RowsRead): RowsRead {
  return { scanned: a.scanned - b.scanned, byIndex: a.byIndex - b.byIndex };
}
