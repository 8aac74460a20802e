import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import type { AutoAttempt, AutoVerdict } from '../domain/auto-attempt.js';
import { AutoAttemptStore } from './auto-attempt.store.js';
import { AutoLineStore } from './auto-line.store.js';
import { AutoWakeStore } from './auto-wake.store.js';

let fixture: RedemptionFixture;
let tx: EntityManager;
const lines = new AutoLineStore();
const wakes = new AutoWakeStore();
const attempts = new AutoAttemptStore();

beforeAll(async () => {
  fixture = await RedemptionFixture.open();
  // As TypeORM answers: with the count where rows are changed and not selected.
  tx = {
    query: async (sql: string, values: unknown[]) => {
      const { rows, rowCount, command } = await fixture.pool.query<object>(sql, values);
      return command === 'UPDATE' || command === 'DELETE' ? [rows, rowCount] : rows;
    },
  } as unknown as EntityManager;
});
afterAll(() => fixture?.close());
beforeEach(() => fixture.pool.query('DELETE FROM auto_attempt'));

interface Over {
  readonly dueIn?: string;
  readonly blockedBy?: string;
  readonly tenantId?: string;
}

async function add(couponId: string, count: number, over: Over = {}): Promise<void> {
  const { dueIn = '-1 minute', blockedBy = null, tenantId = fixture.tenantId } = over;
  await fixture.pool.query(
    `INSERT INTO auto_attempt (tenant_id, coupon_id, user_id, nth, attempt_id, grant_id, hops, state, blocked_by, due_at)
     SELECT $1, $2, gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 0,
            CASE WHEN $3::text IS NULL THEN 'waiting' ELSE 'blocked' END, $3, octopus_now() + $4::interval
       FROM generate_series(1, $5)`,
    [tenantId, couponId, blockedBy, dueIn, count],
  );
}

const lineOf = (couponId: string, tenantId = fixture.tenantId) => ({ tenantId, couponId });
const take = (couponId: string, { lease = newId(), perLine = 10, leaseSeconds = 60 } = {}) =>
  lines.take(tx, [lineOf(couponId)], { lease, perLine, leaseSeconds });
const sorted = (ids: readonly string[]): string[] => [...ids].sort();

describe('which coupons have due attempts', () => {
  it('is told by the oldest ones, whatever the tenant', async () => {
    const [due, blocked, later, other] = [newId(), newId(), newId(), newId()];
    const tenantId = newId();
    await add(due, 3);
    await add(blocked, 1, { blockedBy: 'error' });
    await add(later, 1, { dueIn: '1 minute' });
    await add(other, 1, { tenantId });
    const found = await lines.oldest(tx);
    expect(sorted(found.lines.map(({ couponId }) => couponId))).toEqual(sorted([due, blocked, other]));
    expect(found.lines).toContainEqual(lineOf(other, tenantId));
    expect(found.mayBeMore).toBe(false);
  });

  it('may be hidden behind a fan-out, and then is told by a walk in a circle', async () => {
    const [fanOut, single, later] = [newId(), newId(), newId()];
    await add(fanOut, 600, { dueIn: '-1 hour' });
    await add(single, 1);
    await add(later, 1, { dueIn: '1 minute' });
    expect(await lines.oldest(tx)).toEqual({ lines: [lineOf(fanOut)], mayBeMore: true });
    const { lines: found, last } = await lines.inCircle(tx, undefined);
    expect(sorted(found.map(({ couponId }) => couponId))).toEqual(sorted([fanOut, single]));
    expect(last).toBeUndefined();
  });

  it('is walked through in parts, until all were asked', async () => {
    const couponIds = Array.from({ length: 450 }, () => newId());
    for (const couponId of couponIds) await add(couponId, 1);
    const found: string[] = [];
    let after: ReturnType<typeof lineOf> | undefined;
    let parts = 0;
    do {
      const part = await lines.inCircle(tx, after);
      found.push(...part.lines.map(({ couponId }) => couponId));
      after = part.last;
      parts += 1;
    } while (after !== undefined);
    expect([parts, sorted(found)]).toEqual([3, sorted(couponIds)]);
  });
});

describe('taking attempts', () => {
  it('takes so many due ones of each coupon, and no leased ones, from two sides at once', async () => {
    const couponId = newId();
    await add(couponId, 25);
    await add(couponId, 5, { dueIn: '1 minute' });
    const taken = await Promise.all([take(couponId), take(couponId), take(couponId), take(couponId)]);
    expect(taken.map((some) => some.length).sort()).not.toContain(11);
    const userIds = taken.flat().map(({ userId }) => userId);
    expect(new Set(userIds).size).toBe(userIds.length);
    const rest = await take(couponId, { perLine: 100 });
    expect(userIds.length + rest.length).toBe(25);
  });

  it('gives an attempt again when its lease is over, and counts how often', async () => {
    const couponId = newId();
    await add(couponId, 1);
    expect(await take(couponId, { leaseSeconds: -1 })).toMatchObject([{ tries: 1 }]);
    expect(await take(couponId)).toMatchObject([{ tries: 2 }]);
    expect(await take(couponId)).toEqual([]);
  });
});

describe('settling attempts', () => {
  const settle = (lease: string, attempt: AutoAttempt, verdict: AutoVerdict): Promise<void> =>
    attempts.settle(tx, lease, [{ attempt, verdict }]);
  const rows = async (couponId: string) =>
    (
      await fixture.pool.query(
        `SELECT nth, state, blocked_by, tries, leased_by FROM auto_attempt WHERE coupon_id = $1 ORDER BY nth`,
        [couponId],
      )
    ).rows as unknown[];
  const took = async (lease: string): Promise<AutoAttempt> => {
    const couponId = newId();
    await add(couponId, 1);
    const [attempt] = await take(couponId, { lease, leaseSeconds: -1 });
    if (attempt === undefined) throw new Error('nothing was taken');
    return attempt;
  };
  const next = { at: Date.now(), cause: null };

  it('by a worker whose lease went to another changes nothing', async () => {
    const [late, lease] = [newId(), newId()];
    const attempt = await took(late);
    await take(attempt.couponId, { lease });
    await settle(late, attempt, { kind: 'closed', reason: 'late', atCap: null });
    await settle(late, attempt, { kind: 'forgotten' });
    await settle(late, attempt, { kind: 'done', next, atCap: null });
    expect(await rows(attempt.couponId)).toEqual([
      { nth: 1, state: 'waiting', blocked_by: null, tries: 2, leased_by: lease },
    ]);
  });

  it('gives the lease back, and plans the next one', async () => {
    const lease = newId();
    const attempt = await took(lease);
    await settle(lease, attempt, { kind: 'done', next: { ...next, cause: 'cooldown/x' }, atCap: null });
    expect(await rows(attempt.couponId)).toEqual([
      { nth: 1, state: 'done', blocked_by: null, tries: 0, leased_by: null },
      { nth: 2, state: 'blocked', blocked_by: 'cooldown/x', tries: 0, leased_by: null },
    ]);
  });

  it('keeps the first and the latest of a user, however many there were', async () => {
    const couponId = (await took(newId())).couponId;
    for (let nth = 1; nth <= 4; nth += 1) {
      const lease = newId();
      const [attempt] = await take(couponId, { lease });
      if (attempt?.nth !== nth) throw new Error(`not the attempt ${nth}`);
      const dueNow = { at: Date.now() - 1_000, cause: null };
      await settle(lease, attempt, { kind: 'done', next: dueNow, atCap: null });
    }
    expect(await rows(couponId)).toMatchObject([
      { nth: 1, state: 'done' },
      { nth: 5, state: 'waiting' },
    ]);
  });
});

describe('waking attempts', () => {
  it('goes on in chunks until all of a cause are awake, and others do not wait behind it', async () => {
    const [many, one] = [newId(), newId()];
    await add(many, 450, { blockedBy: 'channel/a', dueIn: '1 hour' });
    await add(one, 1, { blockedBy: 'channel/b', dueIn: '1 hour' });
    await add(one, 1, { blockedBy: 'channel/c', dueIn: '1 hour' });
    await fixture.pool.query(
      `INSERT INTO auto_wake (tenant_id, cause) VALUES ($1, 'channel/a'), ($1, 'channel/b')`,
      [fixture.tenantId],
    );
    expect(await wakes.wakeSome(tx)).toEqual({ woken: 201, mayBeMore: true });
    expect(await wakes.wakeSome(tx)).toEqual({ woken: 200, mayBeMore: true });
    expect(await wakes.wakeSome(tx)).toEqual({ woken: 50, mayBeMore: false });
    expect(await wakes.wakeSome(tx)).toEqual({ woken: 0, mayBeMore: false });
    expect(await lines.blockedByKind(tx, 1_000)).toEqual(new Map([['channel', 1]]));
  });

  it('that a cap ended goes through every user once, in chunks, and leaves others alone', async () => {
    const [many, other] = [newId(), newId()];
    for (const [couponId, count] of [
      [many, 450],
      [other, 3],
    ] as const) {
      await add(couponId, count);
      await fixture.pool.query(`UPDATE auto_attempt SET state = 'done', at_cap = 1 WHERE coupon_id = $1`, [
        couponId,
      ]);
    }
    await add(many, 2);
    await fixture.pool.query(`UPDATE auto_attempt SET state = 'done' WHERE state = 'waiting'`);
    await fixture.pool.query('INSERT INTO auto_wake (tenant_id, cause) VALUES ($1, $2)', [
      fixture.tenantId,
      `cap/${many}`,
    ]);
    const woken = [];
    for (let turn = 0; turn < 4; turn += 1) {
      woken.push(await wakes.wakeSome(tx));
      // Each ends at the same cap again: raised, and lowered meanwhile.
      const lease = newId();
      const awake = await take(many, { lease, perLine: 1_000 });
      expect(awake.every(({ atCap }) => atCap === 1)).toBe(true);
      const settled = awake.map((attempt) => ({
        attempt,
        verdict: { kind: 'done', next: null, atCap: 1 } as const,
      }));
      await attempts.settle(tx, lease, settled);
    }
    expect(woken.map((one) => one.woken)).toEqual([200, 200, 50, 0]);
    expect(woken.map((one) => one.mayBeMore)).toEqual([true, true, false, false]);
    const { rows } = await fixture.pool.query('SELECT FROM auto_wake');
    expect(rows).toEqual([]);
  });

  it("stays within the cause's tenant", async () => {
    const couponId = newId();
    await add(couponId, 1, { blockedBy: 'channel/a', dueIn: '1 hour', tenantId: newId() });
    await fixture.pool.query(`INSERT INTO auto_wake (tenant_id, cause) VALUES ($1, 'channel/a')`, [
      fixture.tenantId,
    ]);
    expect(await wakes.wakeSome(tx)).toMatchObject({ woken: 0 });
  });
});

describe('figures', () => {
  it('tell how long the oldest due attempt has been waiting', async () => {
    expect(await lines.lagSeconds(tx)).toBe(0);
    await add(newId(), 1, { dueIn: '-90 seconds' });
    await add(newId(), 1, { dueIn: '90 seconds' });
    expect(Math.floor((await lines.lagSeconds(tx)) / 90)).toBe(1);
  });
});

describe('forgetting attempts', () => {
  it('takes those of coupons that were finished long ago, and no others', async () => {
    const coupon = (over: object) => fixture.addCoupon({ type: 'auto', ...over });
    const [finished, lately, running] = [
      await coupon({ status: 'finished', finishedReason: 'end_date' }),
      await coupon({ status: 'finished', finishedReason: 'end_date' }),
      await coupon({}),
    ];
    for (const { couponId } of [finished, lately, running]) await add(couponId, 7);
    await fixture.rows(
      `UPDATE coupon SET taken_over_at = now() - interval '31 days' WHERE coupon_id = ANY ($1)`,
      [[finished.couponId, running.couponId]],
    );
    const forgetSome = async (): Promise<number> => {
      const client = await fixture.pool.connect();
      try {
        await client.query('BEGIN');
        await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [fixture.tenantId]);
        const inside = {
          query: async (sql: string, values: unknown[]) => {
            const { rows, rowCount } = await client.query(sql, values);
            return [rows, rowCount];
          },
        } as unknown as EntityManager;
        return await attempts.forget(inside, fixture.tenantId, 30, 5);
      } finally {
        await client.query('COMMIT');
        client.release();
      }
    };
    expect([await forgetSome(), await forgetSome(), await forgetSome()]).toEqual([5, 2, 0]);
    const { rows } = await fixture.pool.query('SELECT DISTINCT coupon_id FROM auto_attempt');
    expect(sorted(rows.map((row: { coupon_id: string }) => row.coupon_id))).toEqual(
      sorted([lately.couponId, running.couponId]),
    );
  });
});
