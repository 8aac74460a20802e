import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 } from 'uuid';
import type { CouponSnapshot } from '#contracts';
import { Metrics, TenantDatabase } from '#platform';
import { eventually, newId } from '#testkit';
import { RedemptionWorld, type Replica } from '../../test/redemption-world.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { AddonCheckStore } from '../store/addon-check.store.js';
import { CouponCheckStore } from '../store/coupon-check.store.js';
import { LedgerCheckStore } from '../store/ledger-check.store.js';
import { FIRST_USER, UserCheckStore } from '../store/user-check.store.js';
import { CheckCoupon } from './check-coupon.js';
import { CheckLedgers } from './check-ledgers.js';
import { ReconcileCoupons } from './reconcile-coupons.js';

let world: RedemptionWorld;
let replica: Replica;
beforeAll(async () => {
  world = await RedemptionWorld.start({ REDEMPTION_REDIS_TIMEOUT_MS: '5000' });
  replica = await world.replica();
  await eventually(() => expect(gate().isAway).toBe(false));
});
afterAll(() => world?.stop());

const gate = (): RedemptionGate => replica.app.get(RedemptionGate);

/** What disagreed, as the metric counts it, while `work` ran and until all is checked. */
async function driftWhile(work: () => Promise<unknown>): Promise<Record<string, number>> {
  // The job beside it would find the same and count it a second time.
  await holdLease('infinity');
  const before = await drift();
  await work();
  await eventually(() => expect(gate().isAway).toBe(false));
  while ((await replica.app.get(ReconcileCoupons).checkSome(world.tenantId)) > 0);
  const after = await drift();
  await holdLease('-infinity');
  return Object.fromEntries(
    Object.entries(after).flatMap(([where, count]) => {
      const grown = count - (before[where] ?? 0);
      return grown === 0 ? [] : [[where, grown]];
    }),
  );
}

async function drift(): Promise<Record<string, number>> {
  const metric = replica.app.get(Metrics).registry.getSingleMetric('redemption_drift_total');
  const { values } = (await metric?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['where']), value]));
}

async function redeemedOnce(): Promise<CouponSnapshot> {
  const coupon = await world.coupon({ max: 10, perUser: 1 });
  const [userId = ''] = await world.followersOf(coupon, 1);
  await world.redeem(replica, { couponId: coupon.couponId, userId });
  await eventually(async () =>
    expect(await gate().total(world.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1 }),
  );
  return coupon;
}

/** Smaller pieces, so that few rows are many. @returns puts the usual ones back */
function withPieces(over: Record<string, number>): () => void {
  const stores = [CouponCheckStore, UserCheckStore, AddonCheckStore].map((store) =>
    replica.app.get<{ pieces: object }>(store),
  );
  const usual = stores.map(({ pieces }) => ({ ...pieces }));
  for (const { pieces } of stores)
    for (const [name, size] of Object.entries(over))
      if (name in pieces) Object.assign(pieces, { [name]: size });
  return () => stores.forEach(({ pieces }, index) => Object.assign(pieces, usual[index]));
}

/** So that the job keeps away: how often is looked is up to the test. */
const holdLease = (until: string): Promise<unknown> =>
  world.rows('UPDATE tenant_job SET leased_until = $2 WHERE tenant_id = $1', [world.tenantId, until]);

/** A change that nobody noticed, on a coupon whose numbers have moved since. */
const tamper = (sql: string, { couponId }: CouponSnapshot): Promise<unknown> => world.rows(sql, [couponId]);

/** So many redemptions by users of their own, past the batches, a millisecond apart. */
const addRedemptions = ({ couponId }: CouponSnapshot, count: number, at: string): Promise<unknown> =>
  world.rows(
    `WITH more AS (
       INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                               reservation_id)
         SELECT $1, gen_random_uuid(), $2, 2, $2, gen_random_uuid(), $4::timestamptz + n * interval '1 millisecond',
                gen_random_uuid() FROM generate_series(1, $3::int) n RETURNING user_id
     ), users AS (
       INSERT INTO coupon_usage (tenant_id, coupon_id, user_id, uses, last_at)
         SELECT $1, $2, user_id, 1, now() FROM more
     ) UPDATE coupon SET max = NULL, redeemed = redeemed + $3, rev = rev + $3 WHERE coupon_id = $2`,
    [world.tenantId, couponId, count, at],
  );

describe('the reconciler', () => {
  it('proves coupons that nothing is wrong with, and does not count them twice', async () => {
    expect(await driftWhile(redeemedOnce)).toEqual({});
    expect(await replica.app.get(ReconcileCoupons).checkSome(world.tenantId)).toBe(0);
  });

  it('reports a redemption that is missing, and touches nothing', async () => {
    const found = await driftWhile(async () => {
      const coupon = await redeemedOnce();
      await tamper('DELETE FROM redemption WHERE coupon_id = $1', coupon);
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
    });
    expect(found).toEqual({ redemptions: 1, uses: 1 });
  });

  it('reports uses that do not add up', async () => {
    const found = await driftWhile(async () => {
      const coupon = await redeemedOnce();
      await tamper('UPDATE coupon_usage SET uses = 5 WHERE coupon_id = $1', coupon);
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
    });
    expect(found).toEqual({ uses: 1 });
  });

  it('proves every user of a coupon, in pieces, before it calls the coupon proven', async () => {
    const restore = withPieces({ users: 10 });
    try {
      const coupon = await world.coupon();
      const found = await driftWhile(async () => {
        await addRedemptions(coupon, 60, '2026-01-01T00:00:00Z');
        await tamper(
          `UPDATE coupon_usage SET uses = 2 WHERE coupon_id = $1
              AND user_id > (SELECT user_id FROM coupon_usage WHERE coupon_id = $1 ORDER BY user_id OFFSET 9 LIMIT 1)`,
          coupon,
        );
      });
      // Ten are right; of the other fifty each piece is told of.
      expect(found).toEqual({ uses: 5 });
    } finally {
      restore();
    }
  });

  it('stops within a long history when its time is over, and goes on from there', async () => {
    const restore = withPieces({ redemptions: 10 });
    await holdLease('infinity');
    try {
      const coupon = await world.coupon();
      const { couponId } = coupon;
      await addRedemptions(coupon, 60, '2026-01-01T00:00:00Z');
      const [counted, countedUntil] = [0, '-infinity'];
      const from = {
        couponId,
        counted,
        countedUntil,
        usersUntil: FIRST_USER,
        seenUntil: countedUntil,
        isResting: false,
      };
      expect(await replica.app.get(CheckCoupon).run(world.tenantId, from, () => false)).toBe(false);
      const kept = await world.rows('SELECT counted FROM coupon_check WHERE coupon_id = $1', [couponId]);
      expect(kept).toEqual([{ counted: '9' }]);
      expect(await driftWhile(() => Promise.resolve())).toEqual({});
    } finally {
      await holdLease('-infinity');
      restore();
    }
  });

  describe('of a coupon with many users', () => {
    let restore: () => void;
    let coupon: CouponSnapshot;
    beforeEach(async () => {
      restore = withPieces({ users: 10, changes: 40 });
      coupon = await world.coupon();
      await holdLease('infinity');
    });
    afterEach(async () => {
      restore();
      await holdLease('-infinity');
    });

    const bump = () => tamper('UPDATE coupon SET rev = rev + 1 WHERE coupon_id = $1', coupon);
    const look = () => replica.app.get(ReconcileCoupons).checkSome(world.tenantId);
    /** One more use without a redemption for the users that `which` selects. */
    const wrongUses = (which: string): Promise<unknown> =>
      tamper(
        `UPDATE coupon_usage SET uses = uses + 1 WHERE coupon_id = $1 AND user_id IN (${which})`,
        coupon,
      );
    const firstUser = 'SELECT user_id FROM coupon_usage WHERE coupon_id = $1 ORDER BY user_id LIMIT 1';
    const roundsPlace = async (): Promise<string | undefined> => {
      const rows = await world.rows<{ users_until: string }>(
        'SELECT users_until FROM coupon_check WHERE coupon_id = $1',
        [coupon.couponId],
      );
      return rows[0]?.users_until;
    };

    it('sees at the next look whoever changed behind the round that is under way', async () => {
      const found = await driftWhile(async () => {
        await addRedemptions(coupon, 250, '2026-01-01T00:00:00Z');
        await look();
        expect(await roundsPlace()).not.toBe('00000000-0000-0000-0000-000000000000');
        await tamper(
          `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                                   reservation_id)
             SELECT tenant_id, gen_random_uuid(), $1, 2, $1, user_id, '2026-01-02T00:00:00Z', gen_random_uuid()
               FROM coupon_usage WHERE user_id IN (${firstUser})`,
          coupon,
        );
        await tamper('UPDATE coupon SET redeemed = redeemed + 1, rev = rev + 1 WHERE coupon_id = $1', coupon);
        await look();
        await tamper(
          `UPDATE coupon_usage SET uses = uses + 1 WHERE coupon_id = $1 AND user_id IN (${firstUser})`,
          coupon,
        );
      });
      // The first look after the change told of it; by the second it was right, and the round never came by again.
      expect(found).toEqual({ uses: 1 });
    });

    it('sees a use that a void left standing, and one that is missing altogether', async () => {
      expect(await driftWhile(() => addRedemptions(coupon, 60, '2026-01-01T00:00:00Z'))).toEqual({});
      const voidOfFirst = (uses: string) =>
        tamper(
          `WITH v AS (
             UPDATE redemption SET voided_at = '2026-01-03T00:00:00Z', counted = false
              WHERE coupon_id = $1 AND user_id IN (${firstUser}))${uses}
           UPDATE coupon SET redeemed = redeemed - 1, rev = rev + 1 WHERE coupon_id = $1`,
          coupon,
        );
      expect(await driftWhile(() => voidOfFirst(''))).toEqual({ uses: 2 });
      expect(
        await driftWhile(async () => {
          await tamper(`DELETE FROM coupon_usage WHERE coupon_id = $1 AND user_id IN (${firstUser})`, coupon);
          await addRedemptions(coupon, 1, '2026-01-04T00:00:00Z');
          await tamper(
            `DELETE FROM coupon_usage WHERE coupon_id = $1
                AND user_id IN (SELECT user_id FROM redemption WHERE redeemed_at > '2026-01-04T00:00:00Z')`,
            coupon,
          );
        }),
      ).toEqual({ uses: 1 });
    });

    it('goes round those that did not change again after an hour, not with every change', async () => {
      expect(await driftWhile(() => addRedemptions(coupon, 60, '2026-01-01T00:00:00Z'))).toEqual({});
      await wrongUses(
        'SELECT user_id FROM coupon_usage WHERE coupon_id = $1 ORDER BY user_id OFFSET 30 LIMIT 1',
      );
      expect(await driftWhile(bump)).toEqual({});
      await tamper(
        `UPDATE coupon_check SET round_ended_at = now() - interval '61 minutes' WHERE coupon_id = $1`,
        coupon,
      );
      expect(await driftWhile(bump)).toEqual({ uses: 1 });
    });

    it('does not look twice in a turn at what is proven, and comes back to what is not', async () => {
      await addRedemptions(coupon, 250, '2026-01-01T00:00:00Z');
      const [reconcile, done] = [replica.app.get(ReconcileCoupons), new Set<string>()];
      let looks = 0;
      while ((await reconcile.checkSome(world.tenantId, done)) > 0) {
        looks += 1;
        await bump();
      }
      expect([looks, [...done]]).toEqual([3, [coupon.couponId]]);
      await reconcile.checkSome(world.tenantId);
    });
  });

  it('sets Redis right from PostgreSQL', async () => {
    const coupon = await redeemedOnce();
    const [row] = await world.rows<{ rev: string }>('SELECT rev FROM coupon WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    const found = await driftWhile(async () => {
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
      await gate().settle([
        {
          tenantId: world.tenantId,
          couponId: coupon.couponId,
          perUserCap: 1,
          stock: { redeemed: 10, max: 10, finished: true, revision: Number(row?.rev) + 7 },
          users: [],
        },
      ]);
    });
    expect(found).toEqual({ redis: 1 });
    expect(await gate().total(world.tenantId, coupon.couponId)).toEqual({
      redeemed: 1,
      max: 10,
      finished: false,
      revision: Number(row?.rev),
    });
  });

  it('brings Redis up to date where a write was missed, which is no drift', async () => {
    const coupon = await redeemedOnce();
    const found = await driftWhile(() =>
      tamper('UPDATE coupon SET rev = rev + 5, max = 8 WHERE coupon_id = $1', coupon),
    );
    expect(found).toEqual({});
    expect(await gate().total(world.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1, max: 8 });
  });

  it('forgets a user whose uses in Redis are more than they are', async () => {
    const coupon = await redeemedOnce();
    const { tenantId } = world;
    const [row] = await world.rows<{ rev: string; user_id: string }>(
      `SELECT c.rev, u.user_id FROM coupon c JOIN coupon_usage u USING (coupon_id) WHERE coupon_id = $1`,
      [coupon.couponId],
    );
    const userId = row?.user_id ?? '';
    await eventually(async () =>
      expect(await gate().someUsers(tenantId, coupon.couponId, 9)).toMatchObject([{ userId, uses: 1 }]),
    );
    const found = await driftWhile(async () => {
      await tamper('UPDATE coupon_usage SET uses = 0 WHERE coupon_id = $1', coupon);
      await tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon);
    });
    expect(found).toEqual({ uses: 1, 'redis-users': 1 });
    expect(await gate().someUsers(tenantId, coupon.couponId, 9)).toEqual([]);
  });

  it('takes a void between its two looks for no drift', async () => {
    const coupon = await redeemedOnce();
    const { tenantId } = world;
    await eventually(async () =>
      expect(await gate().someUsers(tenantId, coupon.couponId, 9)).toMatchObject([{ uses: 1 }]),
    );
    const checks = replica.app.get(UserCheckStore);
    const usesOf = checks.usesOf.bind(checks);
    let isVoided = false;
    checks.usesOf = async (tx, tenant, couponId, userIds) => {
      if (!isVoided && couponId === coupon.couponId) {
        isVoided = true;
        await tamper(
          `WITH taken_back AS (UPDATE redemption SET voided_at = now(), counted = false WHERE coupon_id = $1),
                unused AS (DELETE FROM coupon_usage WHERE coupon_id = $1)
           UPDATE coupon SET redeemed = redeemed - 1, rev = rev + 1 WHERE coupon_id = $1`,
          coupon,
        );
      }
      return usesOf(tx, tenant, couponId, userIds);
    };
    try {
      const found = await driftWhile(() => tamper('DELETE FROM coupon_check WHERE coupon_id = $1', coupon));
      expect([isVoided, found]).toEqual([true, {}]);
    } finally {
      checks.usesOf = usesOf;
    }
  });

  it('counts on from where it was, and anew where a clock that stepped back wrote behind that', async () => {
    const restore = withPieces({ redemptions: 40, users: 10 });
    const coupon = await redeemedOnce();
    const { couponId } = coupon;
    const counted = async (): Promise<number> => {
      const [row] = await world.rows<{ counted: string }>(
        'SELECT counted FROM coupon_check WHERE coupon_id = $1',
        [couponId],
      );
      return Number(row?.counted);
    };
    try {
      expect(await driftWhile(() => addRedemptions(coupon, 130, '2026-01-01T00:00:00Z'))).toEqual({});
      expect(await counted()).toBeGreaterThan(80);
      expect(await driftWhile(() => addRedemptions(coupon, 3, '2026-02-01T00:00:00Z'))).toEqual({});
      expect(await driftWhile(() => addRedemptions(coupon, 3, '2025-01-01T00:00:00Z'))).toEqual({});
      const found = await driftWhile(() =>
        tamper('UPDATE coupon SET redeemed = redeemed + 1, rev = rev + 1 WHERE coupon_id = $1', coupon),
      );
      expect(found).toEqual({ redemptions: 1 });
    } finally {
      restore();
    }
  });

  it('puts a coupon that it cannot check behind the others, and checks those', async () => {
    const broken = await redeemedOnce();
    const reconcile = replica.app.get(ReconcileCoupons);
    const checks = replica.app.get(CouponCheckStore);
    const count = checks.count.bind(checks);
    checks.count = async (tx, tenantId, soFar) => {
      if (soFar.couponId === broken.couponId) throw new Error('cannot be counted');
      return count(tx, tenantId, soFar);
    };
    const isProven = async ({ couponId }: CouponSnapshot): Promise<boolean> => {
      const rows = await world.rows(
        'SELECT FROM coupon_check k JOIN coupon c USING (coupon_id) WHERE coupon_id = $1 AND checked_rev = rev',
        [couponId],
      );
      return rows.length > 0;
    };
    /** Those of the two that are due, in the order in which they are looked at. */
    const inTurn = async (...coupons: CouponSnapshot[]): Promise<string[]> => {
      const due = await replica.app
        .get(TenantDatabase)
        .read(world.tenantId, (tx) => checks.unchecked(tx, world.tenantId, 100));
      const ids = new Set(coupons.map(({ couponId }) => couponId));
      return due.map(({ couponId }) => couponId).filter((couponId) => ids.has(couponId));
    };
    try {
      await tamper('UPDATE coupon SET rev = rev + 1 WHERE coupon_id = $1', broken);
      await reconcile.checkSome(world.tenantId);
      const other = await redeemedOnce();
      await reconcile.checkSome(world.tenantId);
      expect([await isProven(broken), await isProven(other)]).toEqual([false, true]);
      // It was never proven, and comes after one that was proven before it failed, once that one has changed.
      await tamper('UPDATE coupon SET rev = rev + 1 WHERE coupon_id = $1', other);
      expect(await inTurn(broken, other)).toEqual([other.couponId, broken.couponId]);
    } finally {
      checks.count = count;
    }
    await reconcile.checkSome(world.tenantId);
    expect(await isProven(broken)).toBe(true);
  });

  it('goes round the balances, and reports one that its entries do not add up to', async () => {
    const { tenantId } = world;
    const ledgers = replica.app.get(CheckLedgers);
    const put = (userId: string, balance: number, amount: number): Promise<unknown> =>
      world.rows(
        `WITH b AS (INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
                    VALUES ($1, $2, $2, $3, 1))
         INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
           VALUES ($1, $2, $2, $2, $4, $4, 1, '{}', now())`,
        [tenantId, userId, balance, amount],
      );
    await put(newId(), 7, 7);
    expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({});
    await put(newId(), 8, 7);
    expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({ ledger: 1 });
    expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({ ledger: 1 });
  });

  it('adds up a long ledger in pieces, so that no statement goes through all of it', async () => {
    const { tenantId } = world;
    const ledgers = replica.app.get(CheckLedgers);
    const store = replica.app.get(LedgerCheckStore);
    const { pieces } = store;
    const countOn = jest.spyOn(store, 'countOn');
    const [userId, pointNameId] = [newId(), newId()];
    await world.rows('DELETE FROM point_entry');
    await world.rows('DELETE FROM point_balance');
    await world.rows(
      `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
         VALUES ($1, $2, $3, 46, 23), ($1, $4, $3, 0, 1)`,
      [tenantId, userId, pointNameId, newId()],
    );
    const entries = Array.from({ length: 23 }, (_, n) => v7({ msecs: Date.now() - (n < 20 ? 600_000 : 0) }));
    await world.rows(
      `INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
         SELECT $1, $2, e, $3, 2, 0, n, '{}', now() FROM unnest($4::uuid[]) WITH ORDINALITY AS t (e, n)`,
      [tenantId, userId, pointNameId, entries],
    );
    Object.assign(store, { pieces: { entries: 8 } });
    try {
      expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({});
      // 20 settled ones in pieces of 8, and a look that finds no more.
      expect(countOn).toHaveBeenCalledTimes(4);
      // The other balance, which has no entry.
      expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({ ledger: 1 });
      await world.rows('UPDATE point_entry SET amount = 3 WHERE entry_id = $1', [entries[0]]);
      expect(await driftWhile(() => ledgers.checkPoints(tenantId))).toEqual({ ledger: 1 });
    } finally {
      Object.assign(store, { pieces });
      countOn.mockRestore();
    }
  });

  it('counts the short ledger of a user in pieces, too, where another one of theirs is long', async () => {
    const { tenantId } = world;
    const ledgers = replica.app.get(CheckLedgers);
    const store = replica.app.get(LedgerCheckStore);
    const { pieces } = store;
    const sums = jest.spyOn(store, 'sums');
    const [userId, long, short, other] = [newId(), newId(), newId(), newId()];
    await world.rows('DELETE FROM point_entry');
    await world.rows('DELETE FROM point_balance');
    await world.rows('DELETE FROM ledger_check');
    await world.rows(
      `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
         VALUES ($1, $2, $3, 23, 23), ($1, $2, $4, 1, 1), ($1, $5, $3, 1, 1)`,
      [tenantId, userId, long, short, other],
    );
    await world.rows(
      `INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
         SELECT $1, u, e, p, 1, 0, 1, '{}', now()
           FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS t (u, e, p)`,
      [
        tenantId,
        [...Array.from({ length: 24 }, () => userId), other],
        Array.from({ length: 25 }, () => newId()),
        [...Array.from({ length: 23 }, () => long), short, long],
      ],
    );
    Object.assign(store, { pieces: { entries: 8 } });
    try {
      const round = async () => {
        while (!(await ledgers.checkPoints(tenantId)));
      };
      expect(await driftWhile(round)).toEqual({});
      expect(sums.mock.calls.flatMap(([, , keys]) => keys)).toMatchObject([
        { userId: other, pointNameId: long },
      ]);
      await world.rows('UPDATE point_balance SET balance = 2 WHERE point_name_id = $1', [short]);
      expect(await driftWhile(round)).toEqual({ ledger: 1 });
    } finally {
      Object.assign(store, { pieces });
      sums.mockRestore();
    }
  });

  describe('of accounts of add-on units', () => {
    const put = async (units: number, amounts: number[], minutesAgo = 0): Promise<string> => {
      const partnerId = newId();
      await world.rows(
        `INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision)
           VALUES ($1, $2, 'MB', $3, 1), ($1, $2, 'SMS', 0, 1)`,
        [world.tenantId, partnerId, units],
      );
      await addEntries(partnerId, amounts, minutesAgo);
      return partnerId;
    };
    const addEntries = (partnerId: string, amounts: number[], minutesAgo: number): Promise<unknown> =>
      world.rows(
        `INSERT INTO addon_entry (tenant_id, partner_id, entry_id, resource, amount, units, cause, subject_id, booked_at)
           SELECT $1, $2, e, 'MB', a, 0, 'purchased', e, now() FROM unnest($3::uuid[], $4::bigint[]) AS t (e, a)`,
        [
          world.tenantId,
          partnerId,
          amounts.map(() => v7({ msecs: Date.now() - minutesAgo * 60_000 })),
          amounts,
        ],
      );
    const change = (partnerId: string, units: number): Promise<unknown> =>
      world.rows(
        `UPDATE addon_balance SET units = units + $2, revision = revision + 1 WHERE partner_id = $1 AND resource = 'MB'`,
        [partnerId, units],
      );
    const check = () => replica.app.get(CheckLedgers).checkAddons(world.tenantId);

    it('reports units that the entries do not add up to, and looks again when the account has changed', async () => {
      const partnerId = await put(7, [10, -3]);
      expect(await driftWhile(check)).toEqual({});
      expect(await check()).toBe(0);
      await change(partnerId, 1);
      expect(await driftWhile(check)).toEqual({ addons: 1 });
      await addEntries(partnerId, [1], 0);
      await change(partnerId, 0);
      expect(await driftWhile(check)).toEqual({});
    });

    it('goes on from what is added up for good, in pieces, and anew where an entry came late', async () => {
      const restore = withPieces({ entries: 10 });
      try {
        const amounts = Array.from({ length: 35 }, () => 2);
        const partnerId = await put(70, amounts, 10);
        expect(await driftWhile(check)).toEqual({});
        const counted = async () =>
          (
            await world.rows<{ counted: string }>(
              'SELECT counted FROM addon_check WHERE partner_id = $1 AND resource = $2',
              [partnerId, 'MB'],
            )
          )[0]?.counted;
        expect(await counted()).toBe('70');
        await addEntries(partnerId, [5], 0);
        await change(partnerId, 5);
        expect(await driftWhile(check)).toEqual({});
        expect(await counted()).toBe('70');
        await addEntries(partnerId, [3], 20);
        await change(partnerId, 3);
        expect(await driftWhile(check)).toEqual({});
        await world.rows('DELETE FROM addon_entry WHERE partner_id = $1 AND amount = 5', [partnerId]);
        await change(partnerId, 0);
        expect(await driftWhile(check)).toEqual({ addons: 1 });
      } finally {
        restore();
      }
    });
  });

  it('is done by one process at a time for a tenant', async () => {
    await world.rows(`UPDATE tenant_job SET leased_until = '-infinity' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    const leases = async () =>
      world.rows<{ leased_by: string | null; is_future: boolean }>(
        'SELECT leased_by, leased_until > clock_timestamp() AS is_future FROM tenant_job WHERE tenant_id = $1',
        [world.tenantId],
      );
    await world.rows(
      `UPDATE tenant_job SET leased_by = $2, leased_until = clock_timestamp() + interval '1 minute'
        WHERE tenant_id = $1`,
      [world.tenantId, world.tenantId],
    );
    await replica.app.get(ReconcileCoupons).run(() => true);
    expect(await leases()).toEqual([{ leased_by: world.tenantId, is_future: true }]);
    await world.rows(`UPDATE tenant_job SET leased_until = '-infinity' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    await replica.app.get(ReconcileCoupons).run(() => true);
    expect(await leases()).toEqual([{ leased_by: null, is_future: true }]);
  });
});
