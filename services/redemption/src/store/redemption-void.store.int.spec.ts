import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { eventually, newId } from '#testkit';
import { RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { Coupon } from '../domain/coupon.js';
import { RedemptionVoidStore } from './redemption-void.store.js';

/** Redemptions of the hot coupon by others. */
const HISTORY = 20_000;
/** As void-redemption.v1.sql has it. */
const MOST_EXAMINED = 1_000;

// One connection: it keeps its plans, and flushes its statistics by itself.
let fixture: RedemptionFixture;
let hot: Coupon;
beforeAll(async () => {
  fixture = await RedemptionFixture.open({ connections: 1 });
  hot = await fixture.addCoupon();
});
afterAll(() => fixture?.close());

/** Takes it back and says how many of redemption's rows that has read. */
async function takeBack(redemptionId: string): Promise<number> {
  const before = await rowsRead();
  const client = await fixture.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    const tx = {
      query: async (sql: string, values: unknown[]) => (await client.query<object>(sql, values)).rows,
    } as unknown as EntityManager;
    const done = await new RedemptionVoidStore().run(tx, fixture.tenantId, {
      redemptionId,
      by: newId(),
      partnerId: null,
      channelIds: [hot.channelId],
      reason: null,
      withinSeconds: 1_800,
    });
    expect(done).not.toHaveProperty('refusal');
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  return (await rowsRead()) - before;
}

async function rowsRead(): Promise<number> {
  await fixture.pool.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await fixture.pool.query<{ read: string }>(
    `SELECT sum(t.seq_tup_read + (SELECT sum(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid)) AS read
       FROM pg_stat_user_tables t WHERE t.relid IN (SELECT relid FROM pg_partition_tree('redemption') WHERE isleaf)`,
  );
  return Number(rows[0]?.read);
}

/** Redemptions by one user, or each by another (null), a second apart, the last one so many minutes ago; oldest first. */
async function redeemed(
  couponId: string,
  userId: string | null,
  count: number,
  minutesAgo: number,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await fixture.rows(
    `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                             reservation_id)
     SELECT $1, x.id, $2, 1, $3, coalesce($4, gen_random_uuid()),
            date_trunc('minute', octopus_now()) - make_interval(mins => $5::integer, secs => $6::integer - x.nth),
            gen_random_uuid()
       FROM unnest($7::uuid[]) WITH ORDINALITY AS x (id, nth)`,
    [fixture.tenantId, couponId, hot.channelId, userId, minutesAgo, count, ids],
  );
  return ids;
}

async function minutesSinceLastUse(userId: string): Promise<number | undefined> {
  const [row] = await fixture.rows<{ minutes: number }>(
    `SELECT (extract(epoch FROM date_trunc('minute', octopus_now()) - last_at) / 60)::integer AS minutes
       FROM coupon_usage WHERE user_id = $1`,
    [userId],
  );
  return row?.minutes;
}

async function counted(userId: string, uses: number): Promise<void> {
  await fixture.addUsage(hot.couponId, userId, uses);
  await fixture.rows('UPDATE coupon SET redeemed = redeemed + $2 WHERE coupon_id = $1', [hot.couponId, uses]);
}

describe('taking a redemption back', () => {
  it('holds the account of units before it asks for a balance, as batches do', async () => {
    const points = { pointNameId: newId(), amount: 5n, pointName: null };
    const [partnerId, triggerId, userId] = [newId(), newId(), newId()];
    const units = { resource: 'MB', units: 4 };
    const coupon = await fixture.addCoupon({
      channelId: hot.channelId,
      audience: 'everyone',
      partnerId,
      triggerId,
      units,
      partnerUnits: 9,
      price: points,
    });
    await fixture.addBalance(userId, points.pointNameId, 9n);
    const entry = fixture.entry(coupon, userId);
    await fixture.batches.redeem([entry], versionsOf(coupon));

    const others = await Promise.all([1, 2].map(() => fixture.test.ownerPool().connect()));
    const [holder, rival] = others;
    let running: Promise<number> | undefined;
    try {
      for (const other of others) {
        await other.query('BEGIN');
        await other.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
      }
      await holder?.query('SELECT FROM point_balance WHERE user_id = $1 FOR UPDATE', [userId]);
      running = takeBack(entry.redemptionId);
      await eventually(async () => {
        const waiting = await rival?.query(
          'SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))',
          [(holder as unknown as { processID: number }).processID],
        );
        expect(waiting?.rowCount).toBe(1);
      });
      // A batch that has the account and waits for the balance would otherwise wait for this, and this for it.
      await expect(
        rival?.query('SELECT FROM addon_balance WHERE partner_id = $1 FOR UPDATE NOWAIT', [partnerId]),
      ).rejects.toMatchObject({ code: '55P03' });
    } finally {
      await Promise.all(others.map((other) => other.query('ROLLBACK')));
      for (const other of others) other.release();
      await running;
    }
  });

  it('reads little of a hot coupon’s history, though planned when there was none', async () => {
    // Known to be empty: the planner then thinks that reading all of a table costs nothing.
    await fixture.test.ownerPool().query('VACUUM ANALYZE');
    const [early, thrice, once] = [newId(), newId(), newId()];
    const [, warm = ''] = await redeemed(hot.couponId, early, 2, 3);
    await counted(early, 2);
    await takeBack(warm);

    const [, , last = ''] = await redeemed(hot.couponId, thrice, 3, 20);
    await counted(thrice, 3);
    await redeemed(hot.couponId, null, HISTORY, 0);
    await redeemed(newId(), once, 500, 10);
    const [only = ''] = await redeemed(hot.couponId, once, 1, 5);
    await counted(once, 1);

    expect(await takeBack(last)).toBeLessThan(50);
    // Its use goes altogether: there is nothing to look for.
    expect(await takeBack(only)).toBeLessThan(50);
    expect(await minutesSinceLastUse(once)).toBeUndefined();
  });

  it('reads no more of a busy user’s than so many, and lets the cooldown begin before all those', async () => {
    const userId = newId();
    await redeemed(hot.couponId, userId, 1, 1_000);
    await redeemed(newId(), userId, 500, 200);
    await redeemed(newId(), userId, 1, 120);
    await redeemed(newId(), userId, MOST_EXAMINED - 2, 60);
    const [last = ''] = await redeemed(hot.couponId, userId, 1, 2);
    await counted(userId, 2);
    expect(await takeBack(last)).toBeLessThan(MOST_EXAMINED + 50);
    expect(await minutesSinceLastUse(userId)).toBe(120);
  });

  it('lets automatic coupons that wait for the points it returns go on', async () => {
    const price = { pointNameId: newId(), amount: 5n, pointName: null };
    await fixture.addCoupon({ type: 'auto', price });
    const coupon = await fixture.addCoupon({ channelId: hot.channelId, price });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    await fixture.addBalance(userId, price.pointNameId, 5n);
    const entry = fixture.entry(coupon, userId);
    await fixture.batches.redeem([entry], versionsOf(coupon));
    const noted = () =>
      fixture.rows('SELECT cause FROM auto_wake WHERE cause LIKE $1', [`points/${userId}/%`]);
    expect(await noted()).toEqual([]);
    await takeBack(entry.redemptionId);
    expect(await noted()).toEqual([{ cause: `points/${userId}/${price.pointNameId}` }]);
  });
});
