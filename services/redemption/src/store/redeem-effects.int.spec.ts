import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventMap, fromHeaders, type TopicName } from '#contracts';
import { newId } from '#testkit';
import { RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon, Points } from '../domain/coupon.js';
import { type Means, stepAt } from '../domain/means.js';

let fixture: RedemptionFixture;
beforeAll(async () => {
  fixture = await RedemptionFixture.open({ connections: 8 });
});
afterAll(() => fixture.close());

const points = (pointNameId: string, amount: bigint): Points => ({ pointNameId, amount, pointName: null });

async function redeem(entries: readonly RedeemEntry[], ...coupons: Coupon[]): Promise<string[]> {
  const done = await fixture.batches.redeem(entries, versionsOf(...coupons));
  return done.entries.map(({ outcome }) => (outcome.kind === 'refused' ? outcome.code : outcome.kind));
}

/** The facts on a topic, oldest first, read as their consumers read them. */
async function facts(topic: TopicName, where: string, value: string) {
  const rows = await fixture.rows<{ key: string; headers: Record<string, string>; payload: unknown }>(
    `SELECT key, headers, payload FROM outbox_fact WHERE topic = $1 AND payload->>'${where}' = $2 ORDER BY seq, place`,
    [topic, value],
  );
  return rows.map(({ key, headers, payload }) => {
    const envelope = fromHeaders(headers);
    if ('problem' in envelope) throw new Error(envelope.problem);
    const name = /\.([a-z-]+)\.v1$/.exec(headers['ce_type'] ?? '')?.[1] ?? '';
    const events = eventMap[topic].events as Record<string, { schema: { parse(data: unknown): unknown } }>;
    return { name, key, envelope, data: events[name]?.schema.parse(payload) as Record<string, unknown> };
  });
}

const balanceOf = async (userId: string, pointNameId: string) => {
  const [row] = await fixture.rows<{ balance: string; revision: string }>(
    'SELECT balance, revision FROM point_balance WHERE user_id = $1 AND point_name_id = $2',
    [userId, pointNameId],
  );
  return row && { balance: row.balance, revision: Number(row.revision) };
};

const entriesOf = (userId: string) =>
  fixture.rows<Record<string, unknown>>(
    `SELECT entry_id, point_name_id, amount, balance, revision::int AS revision, cause FROM point_entry
      WHERE user_id = $1 ORDER BY point_name_id, revision`,
    [userId],
  );

describe('points', () => {
  it('are taken and given with the redemption: balances, ledger and facts tell the same', async () => {
    const [coin, token, programmeId] = [newId(), newId(), newId()];
    await fixture.addPointName(token, 'token', programmeId);
    const coupon = await fixture.addCoupon({ price: points(coin, 30n), bonus: points(token, 5n) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    await fixture.addBalance(userId, coin, 100n, 4);
    const entry = fixture.entry(coupon, userId);
    const done = await fixture.batches.redeem([entry], versionsOf(coupon));
    expect(done.entries[0]?.outcome).toMatchObject({
      kind: 'accepted',
      answer: { price: { pointNameId: coin, amount: '30' }, bonus: { pointNameId: token, amount: '5' } },
    });
    expect(await balanceOf(userId, coin)).toEqual({ balance: '70', revision: 5 });
    expect(await balanceOf(userId, token)).toEqual({ balance: '5', revision: 1 });

    const told = await facts('redemption.points.v1', 'userId', userId);
    const [taken, given] = ['points-debited', 'points-credited'].map((name) =>
      told.find((fact) => fact.name === name),
    );
    const cause = { redemptionId: entry.redemptionId, couponId: coupon.couponId };
    expect(taken).toMatchObject({
      key: `${userId}/${coin}`,
      envelope: { subject: `points/${userId}/${coin}`, revision: 5, causationId: entry.eventId },
      data: {
        amount: '30',
        balance: '70',
        balanceRevision: 5,
        programmeId: null,
        cause: { kind: 'price', ...cause },
      },
    });
    expect(given).toMatchObject({
      data: {
        amount: '5',
        balance: '5',
        balanceRevision: 1,
        programmeId,
        cause: { kind: 'bonus', ...cause },
      },
    });
    const ledger = await entriesOf(userId);
    expect(ledger.map(({ entry_id }) => entry_id).sort()).toEqual(
      [taken?.data['entryId'], given?.data['entryId']].sort(),
    );
    expect(ledger.map(({ amount }) => amount).sort()).toEqual(['-30', '5']);
  });

  it('of one point name are two entries of one balance, the price first, without a gap', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ price: points(coin, 30n), bonus: points(coin, 12n) });
    const [userId = '', poor = ''] = await fixture.followersOf(coupon, 2);
    await fixture.addBalance(userId, coin, 30n, 7);
    await fixture.addBalance(poor, coin, 29n);
    const entries = [userId, poor].map((one) => fixture.entry(coupon, one));
    expect(await redeem(entries, coupon)).toEqual(['accepted', 'points_short']);
    expect(await balanceOf(userId, coin)).toEqual({ balance: '12', revision: 9 });
    expect(await balanceOf(poor, coin)).toEqual({ balance: '29', revision: 1 });
    expect(await entriesOf(userId)).toMatchObject([
      { amount: '-30', balance: '0', revision: 8 },
      { amount: '12', balance: '12', revision: 9 },
    ]);
    const told = await facts('redemption.points.v1', 'userId', userId);
    expect(told.map(({ name, envelope }) => [name, envelope.revision])).toEqual([
      ['points-debited', 8],
      ['points-credited', 9],
    ]);
  });

  it('come once, whatever is sent again, and to nobody who is refused', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ bonus: points(coin, 10n), stock: { max: 1 } });
    const users = await fixture.followersOf(coupon, 2);
    const entries = users.map((userId) => fixture.entry(coupon, userId));
    expect(await redeem(entries, coupon)).toEqual(['accepted', 'sold_out']);
    await redeem(entries, coupon);
    expect(await balanceOf(users[0] ?? '', coin)).toEqual({ balance: '10', revision: 1 });
    expect(await balanceOf(users[1] ?? '', coin)).toBeUndefined();
  });

  it('are moved by one entry of a user per batch; two fail together and nothing is half done', async () => {
    const coin = newId();
    const one = await fixture.addCoupon({ price: points(coin, 10n) });
    const other = await fixture.addCoupon({ channelId: one.channelId, price: points(coin, 10n) });
    const [userId = ''] = await fixture.followersOf(one, 1);
    await fixture.addBalance(userId, coin, 10n);
    const entries = [one, other].map((coupon) => fixture.entry(coupon, userId));
    await expect(redeem(entries, one, other)).rejects.toMatchObject({ code: '21000' });
    expect(await balanceOf(userId, coin)).toEqual({ balance: '10', revision: 1 });
    expect(await redeem(entries.slice(0, 1), one)).toEqual(['accepted']);
    expect(await redeem(entries.slice(1), other)).toEqual(['points_short']);
  });

  it('carry the automatic steps that led to them', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ type: 'auto', bonus: points(coin, 10n) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const means: Means = { kind: 'auto', grantId: newId(), hops: 3 };
    expect(await redeem([fixture.entry(coupon, userId, { means })], coupon)).toEqual(['accepted']);
    const [told] = await facts('redemption.points.v1', 'userId', userId);
    expect(told?.data['hops']).toBe(3);
  });

  it('say how many are missing, and of what', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ price: points(coin, 30n) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    await fixture.addBalance(userId, coin, 18n);
    const done = await fixture.batches.redeem([fixture.entry(coupon, userId)], versionsOf(coupon));
    expect(done.entries[0]?.outcome).toMatchObject({ code: 'points_short', person: { balance: 18n } });
  });

  it('are not spent twice by two coupons at the same moment', async () => {
    const coin = newId();
    const coupons = await Promise.all(
      [1, 2].map((n) =>
        fixture.addCoupon({
          audience: 'everyone',
          price: points(coin, 10n),
          bonus: n === 1 ? null : points(newId(), 1n),
        }),
      ),
    );
    const users = Array.from({ length: 8 }, () => newId());
    for (const userId of users) await fixture.addBalance(userId, coin, 10n);
    // Somebody else holds the last balance, so that both batches have read what there was before either takes it.
    const holder = await fixture.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await holder.query('SELECT FROM point_balance WHERE user_id = $1 FOR UPDATE', [users.toSorted().at(-1)]);
    const racing = coupons.map((coupon) =>
      redeem(
        users.map((userId) => fixture.entry(coupon, userId)),
        coupon,
      ),
    );
    await waiting(2);
    await holder.query('COMMIT');
    holder.release();
    const ended = await Promise.allSettled(racing);
    const said = ended.map((end) =>
      end.status === 'fulfilled'
        ? [...new Set(end.value)]
        : (end.reason as { constraint?: string }).constraint,
    );
    expect(said.sort()).toEqual([['accepted'], 'points_never_negative']);
    // Which is run again, and then sees it.
    const late = coupons[said.length - 1 - ended.findIndex(({ status }) => status === 'fulfilled')];
    if (late === undefined) throw new Error('one of two was late');
    const again = await redeem(
      users.map((userId) => fixture.entry(late, userId)),
      late,
    );
    expect([...new Set(again)]).toEqual(['points_short']);
  });

  it('spent by somebody else meanwhile are not paid out of the bonus', async () => {
    const coin = newId();
    const coupon = await fixture.addCoupon({ price: points(coin, 10n), bonus: points(coin, 25n) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    await fixture.addBalance(userId, coin, 10n);
    const holder = await fixture.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await holder.query('UPDATE point_balance SET balance = 0, revision = 2 WHERE user_id = $1', [userId]);
    // It has read the ten points, and waits for the row.
    const late = Promise.allSettled([redeem([fixture.entry(coupon, userId)], coupon)]);
    await waiting(1);
    await holder.query('COMMIT');
    holder.release();
    expect(await late).toMatchObject([
      { status: 'rejected', reason: { code: '23514', constraint: 'points_never_negative' } },
    ]);
    expect(await redeem([fixture.entry(coupon, userId)], coupon)).toEqual(['points_short']);
    expect(await balanceOf(userId, coin)).toEqual({ balance: '0', revision: 2 });
  });

  it('of two coupons that take what the other gives, by the same users at once, go no user below nothing', async () => {
    const [coin, token] = [newId(), newId()];
    const one = await fixture.addCoupon({ price: points(coin, 10n), bonus: points(token, 10n) });
    const other = await fixture.addCoupon({
      channelId: one.channelId,
      price: points(token, 10n),
      bonus: points(coin, 10n),
    });
    const users = await fixture.followersOf(one, 24);
    for (const userId of users) {
      await fixture.addBalance(userId, coin, 20n);
      await fixture.addBalance(userId, token, 20n);
    }
    const before = await deadlocks();
    // Each batch holds one coupon's row only: nothing but the order in which balances are written keeps them apart.
    const rounds = Array.from({ length: 16 }, (_, round) => {
      const coupon = round % 2 === 0 ? one : other;
      const inOrder = round % 4 < 2 ? users : users.toReversed();
      return redeem(
        inOrder.map((userId) => fixture.entry(coupon, userId)),
        coupon,
      ).catch((error: { constraint?: string }) => [error.constraint]);
    });
    const said = new Set((await Promise.all(rounds)).flat());
    const expected = ['accepted', 'points_short', 'points_never_negative'];
    expect([...said].filter((one) => !expected.includes(one ?? ''))).toEqual([]);
    expect(await deadlocks()).toBe(before);
    const [wrong] = await fixture.rows<{ n: string }>(
      `SELECT count(*) AS n FROM point_balance b
        WHERE b.user_id = ANY ($1) AND b.balance <> 20 + coalesce(
          (SELECT sum(e.amount) FROM point_entry e
            WHERE e.user_id = b.user_id AND e.point_name_id = b.point_name_id), 0)`,
      [users],
    );
    expect(wrong?.n).toBe('0');
  });
});

describe('add-on units', () => {
  const units = (count: number) => ({ resource: 'MB', units: count });

  it('are taken with the redemption, each with its line in the statement and its owed call', async () => {
    const partnerId = newId();
    const coupon = await fixture.addCoupon({
      partnerId,
      triggerId: newId(),
      units: units(4),
      partnerUnits: 10,
    });
    const users = await fixture.followersOf(coupon, 2);
    const entries = users.map((userId) => fixture.entry(coupon, userId));
    expect(await redeem(entries, coupon)).toEqual(['accepted', 'accepted']);
    expect(await accountOf(partnerId)).toEqual({ units: 2, revision: 3, used_up_told: false });
    const statement = await fixture.rows<Record<string, unknown>>(
      'SELECT amount, units, cause, subject_id FROM addon_entry WHERE partner_id = $1 ORDER BY units DESC',
      [partnerId],
    );
    expect(statement).toEqual([
      { amount: '-4', units: '6', cause: 'redeemed', subject_id: entries[0]?.redemptionId },
      { amount: '-4', units: '2', cause: 'redeemed', subject_id: entries[1]?.redemptionId },
    ]);
    const calls = await facts('redemption.fulfilment.v1', 'couponId', coupon.couponId);
    const told = calls.map(({ name, data }) => [name, data['redemptionId'], data['units'], data['round']]);
    expect(told.sort()).toEqual(
      entries.map(({ redemptionId }) => ['fulfilment-pending', redemptionId, units(4), 1]).sort(),
    );
    const rows = await fixture.rows<Record<string, unknown>>(
      `SELECT f.fulfilment_id, f.state, f.units, r.fulfilment_id AS of_redemption FROM fulfilment f
         JOIN redemption r ON r.redemption_id = f.redemption_id WHERE f.coupon_id = $1`,
      [coupon.couponId],
    );
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ state: 'pending', units: '4', of_redemption: row['fulfilment_id'] });
      expect(calls.some(({ key }) => key === row['fulfilment_id'])).toBe(true);
    }
    const [redeemed] = await facts(
      'redemption.redemption.v1',
      'redemptionId',
      entries[0]?.redemptionId ?? '',
    );
    expect(redeemed?.data).toMatchObject({
      partnerId,
      units: units(4),
      fulfilmentId: calls.find(({ data }) => data['redemptionId'] === entries[0]?.redemptionId)?.key,
    });
  });

  it('are shared by the coupons of one partner by arrival, and nobody who could take the last is refused', async () => {
    const partnerId = newId();
    const dear = await fixture.addCoupon({ partnerId, units: units(5), partnerUnits: 9 });
    const cheap = await fixture.addCoupon({ partnerId, channelId: dear.channelId, units: units(2) });
    const users = await fixture.followersOf(dear, 6);
    const asked = [dear, dear, cheap, dear, cheap, cheap];
    const entries = users.map((userId, place) => fixture.entry(asked[place] as Coupon, userId));
    expect(await redeem(entries, dear, cheap)).toEqual([
      'accepted',
      'partner_balance_exhausted',
      'accepted',
      'partner_balance_exhausted',
      'accepted',
      'partner_balance_exhausted',
    ]);
    expect(await accountOf(partnerId)).toMatchObject({ units: 0 });
  });

  it('used up are told once, and again only after units came in', async () => {
    const partnerId = newId();
    const coupon = await fixture.addCoupon({ partnerId, units: units(4), partnerUnits: 3 });
    const users = await fixture.followersOf(coupon, 4);
    const entries = users.map((userId) => fixture.entry(coupon, userId));
    expect(await redeem(entries.slice(0, 2), coupon)).toEqual(Array(2).fill('partner_balance_exhausted'));
    expect(await redeem(entries.slice(2, 3), coupon)).toEqual(['partner_balance_exhausted']);
    const told = await facts('redemption.addon.v1', 'partnerId', partnerId);
    expect(told.map(({ name, data }) => [name, data['couponId'], data['wanted'], data['left']])).toEqual([
      ['addon-used-up', coupon.couponId, units(4), 3],
    ]);
    await fixture.rows('UPDATE addon_balance SET used_up_told = false WHERE partner_id = $1', [partnerId]);
    await redeem(entries.slice(3), coupon);
    expect(await facts('redemption.addon.v1', 'partnerId', partnerId)).toHaveLength(2);
  });

  it('of an account that never bought any are told, too', async () => {
    const partnerId = newId();
    const coupon = await fixture.addCoupon({ partnerId, units: units(1) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    expect(await redeem([fixture.entry(coupon, userId)], coupon)).toEqual(['partner_balance_exhausted']);
    expect(await facts('redemption.addon.v1', 'partnerId', partnerId)).toHaveLength(1);
    expect(await accountOf(partnerId)).toEqual({ units: 0, revision: 0, used_up_told: true });
  });

  it('that come in while the first batch of an account is decided are seen, and nobody is told of none', async () => {
    const partnerId = newId();
    const coupon = await fixture.addCoupon({ partnerId, units: units(1) });
    const [userId = '', stranger = newId()] = await fixture.followersOf(coupon, 1);
    expect(await redeem([fixture.entry(coupon, stranger)], coupon)).toEqual(['not_a_follower']);
    expect(await accountOf(partnerId)).toBeUndefined();
    const buyer = await fixture.pool.connect();
    let redeeming;
    try {
      await buyer.query('BEGIN');
      await buyer.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
      await buyer.query(
        `INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision) VALUES ($1, $2, 'MB', 100, 1)`,
        [fixture.tenantId, partnerId],
      );
      redeeming = redeem([fixture.entry(coupon, userId)], coupon);
      await waiting(1);
      await buyer.query('COMMIT');
    } finally {
      buyer.release(true);
    }
    expect(await redeeming).toEqual(['accepted']);
    expect(await accountOf(partnerId)).toEqual({ units: 99, revision: 2, used_up_told: false });
    expect(await facts('redemption.addon.v1', 'partnerId', partnerId)).toEqual([]);
  });

  const accountOf = async (partnerId: string) => {
    const [row] = await fixture.rows<{ units: string; revision: string; used_up_told: boolean }>(
      'SELECT units, revision, used_up_told FROM addon_balance WHERE partner_id = $1',
      [partnerId],
    );
    return row && { ...row, units: Number(row.units), revision: Number(row.revision) };
  };
});

describe('a pass', () => {
  it('moves on with an accepted scan alone; cashier, store and method are kept', async () => {
    const partnerId = newId();
    const coupon = await fixture.addCoupon({ type: 'qr', partnerId, stock: { max: 1 } });
    const users = [newId(), newId()];
    const step = stepAt(Date.now());
    const cashier = { cashierId: newId(), storeId: newId(), partnerId };
    for (const userId of users) {
      const pass = { deviceTag: 5, validUntil: Date.now() + 3_600_000, lastStep: step - 9, acceptedAt: null };
      const person = { following: true, uses: 0, lastAt: null, grant: null, balance: 0n, pass };
      await fixture.addPerson(coupon, userId, person);
    }
    const means: Means = { kind: 'pass', step, deviceTag: 5, cashier };
    const entries = users.map((userId) => fixture.entry(coupon, userId, { means }));
    expect(await redeem(entries, coupon)).toEqual(['accepted', 'sold_out']);
    const passes = await fixture.rows<{ user_id: string; last_step: string; accepted_at: Date | null }>(
      'SELECT user_id, last_step, accepted_at FROM pass WHERE coupon_id = $1',
      [coupon.couponId],
    );
    const byUser = new Map(passes.map((row) => [row.user_id, row]));
    expect(Number(byUser.get(users[0] ?? '')?.last_step)).toBe(step);
    expect(byUser.get(users[0] ?? '')?.accepted_at).not.toBeNull();
    expect(byUser.get(users[1] ?? '')).toMatchObject({ last_step: String(step - 9), accepted_at: null });
    const [redeemed] = await facts(
      'redemption.redemption.v1',
      'redemptionId',
      entries[0]?.redemptionId ?? '',
    );
    const { cashierId, storeId } = cashier;
    expect(redeemed?.data).toMatchObject({ method: 'pass', cashierId, storeId, partnerId });
  });
});

describe('a window', () => {
  const hour = 3_600_000;
  const daily = (opensAt: number, closesAt: number) => ({
    startAt: null,
    endAt: null,
    timeZone: 'UTC',
    recurrence: {
      kind: 'daily' as const,
      opensAt: new Date(opensAt).toISOString().slice(11, 16),
      closesAt: new Date(closesAt).toISOString().slice(11, 16),
    },
  });

  it('that the caller reckoned for another time decides nothing: it is reckoned again', async () => {
    const coupon = await fixture.addCoupon({
      timeframe: daily(Date.now() + 2 * hour, Date.now() + 3 * hour),
    });
    const users = await fixture.followersOf(coupon, 3);
    const [first, ...others] = users.map((userId) => fixture.entry(coupon, userId)) as [
      RedeemEntry,
      ...RedeemEntry[],
    ];
    const { batches } = fixture;
    const said = async (entry: RedeemEntry | undefined): Promise<string> => {
      const { outcome } = (await batches.redeem([entry as RedeemEntry], versionsOf(coupon))).entries[0] ?? {};
      return outcome?.kind === 'refused' ? outcome.code : (outcome?.kind ?? '');
    };
    try {
      expect(await said(first)).toBe('coupon_window_closed');
      await fixture.test.shiftClock(2.5 * hour);
      expect(await said(others[0])).toBe('stale');
      expect(await said(others[0])).toBe('accepted');
    } finally {
      await fixture.test.shiftClock(0);
    }
  });

  it('without a stretch for it decides nothing either', async () => {
    const coupon = await fixture.addCoupon({ timeframe: daily(Date.now() - hour, Date.now() + hour) });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const unaware = { ...coupon, timeframe: null };
    expect(await redeem([fixture.entry(coupon, userId)], unaware)).toEqual(['stale']);
    expect(await redeem([fixture.entry(coupon, userId)], coupon)).toEqual(['accepted']);
  });
});

describe('cooldown', () => {
  it('runs from the latest use, even where the clock has stepped back since', async () => {
    const coupon = await fixture.addCoupon({ timeLimitMs: 60_000 });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const said = () => redeem([fixture.entry(coupon, userId)], coupon);
    try {
      await fixture.test.shiftClock(300_000);
      expect(await said()).toEqual(['accepted']);
      await fixture.test.shiftClock(0);
      expect(await said()).toEqual(['cooling_down']);
      await fixture.test.shiftClock(350_000);
      expect(await said()).toEqual(['cooling_down']);
      await fixture.test.shiftClock(361_000);
      expect(await said()).toEqual(['accepted']);
    } finally {
      await fixture.test.shiftClock(0);
    }
  });
});

describe('the latest use', () => {
  it('stays the latest where the clock has stepped back since', async () => {
    const coupon = await fixture.addCoupon();
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const lastAt = async (ms: number): Promise<number> => {
      await fixture.test.shiftClock(ms);
      const { entries } = await fixture.batches.redeem([fixture.entry(coupon, userId)], versionsOf(coupon));
      const [row] = await fixture.rows<{ last_at: Date }>(
        'SELECT last_at FROM coupon_usage WHERE user_id = $1',
        [userId],
      );
      expect(entries[0]?.lastAt).toBe(row?.last_at.getTime());
      return row?.last_at.getTime() ?? 0;
    };
    try {
      const ahead = await lastAt(300_000);
      expect(await lastAt(0)).toBe(ahead);
    } finally {
      await fixture.test.shiftClock(0);
    }
  });
});

describe('the facts of a traced request', () => {
  it('carry its trace', async () => {
    const coupon = await fixture.addCoupon();
    const users = await fixture.followersOf(coupon, 2);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const entries = users.map((userId, n) => fixture.entry(coupon, userId, n === 0 ? { traceparent } : {}));
    await redeem(entries, coupon);
    const told = await facts('redemption.redemption.v1', 'couponId', coupon.couponId);
    const traces = told.map(({ envelope, data }) => [data['userId'], envelope.traceparent]);
    expect(Object.fromEntries(traces)).toEqual({
      [users[0] ?? '']: traceparent,
      [users[1] ?? '']: undefined,
    });
  });
});

describe('a process of the release before', () => {
  it('still redeems while it is being replaced', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 1 } });
    const users = await fixture.followersOf(coupon, 2);
    const ids = (count: number): string => `{${Array.from({ length: count }, () => newId()).join(',')}}`;
    const headers = { redeemed: { ce_type: 'a' }, exhausted: { ce_type: 'b' } };
    const { rows } = await fixture.pool.query<{ reply: { entries: unknown[][] } }>(
      `SELECT redeem_batch($1, 'click', $2, '{1}', $3, '{1,1}', $4, $5, $6, $7, $8, '{c,c}', $9) AS reply`,
      [
        fixture.tenantId,
        [coupon.couponId],
        ids(1),
        users,
        ids(2),
        ids(2),
        ids(2),
        ids(2),
        JSON.stringify(headers),
      ],
    );
    expect(rows[0]?.reply.entries.map(([outcome, uses]) => [outcome, uses])).toEqual([
      ['accepted', 1],
      ['sold_out', 0],
    ]);
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({ redeemed: 1, facts: 1, exhausted: 1 });
  });
});

async function deadlocks(): Promise<number> {
  const { rows } = await fixture.pool.query<{ n: string }>(
    'SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.n);
}

/** Until so many of our connections wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    const { rows } = await fixture.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if ((rows[0]?.n ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never ${count} connections waiting for a lock`);
}
