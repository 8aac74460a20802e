import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventMap, fromHeaders, type TopicName } from '#contracts';
import { newId } from '#testkit';
import {
  plainAnswer,
  RedemptionFixture,
  type StoredHeaders,
  versionsOf,
} from '../../test/redemption-fixture.js';

let fixture: RedemptionFixture;
beforeAll(async () => {
  fixture = await RedemptionFixture.open({ connections: 20 });
});
afterAll(() => fixture.close());

describe('accepting', () => {
  it('writes redemption, usage, answer and fact together, and says what is left', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 10 }, perUserCap: 2 });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const entry = fixture.entry(coupon, userId);
    const done = await fixture.batches.redeem([entry], versionsOf(coupon));
    const redeemedAt = new Date(done.now).toISOString();
    expect(done.entries).toEqual([
      {
        uses: 1,
        lastAt: Date.parse(redeemedAt),
        outcome: {
          kind: 'accepted',
          answer: {
            redemptionId: entry.redemptionId,
            couponId: coupon.couponId,
            userId,
            redeemedAt,
            userRedemptions: 1,
            ...plainAnswer,
          },
        },
      },
    ]);
    expect(done.coupons).toEqual([
      {
        couponId: coupon.couponId,
        version: 1,
        stock: { redeemed: 1, max: 10, finished: false, revision: 2 },
      },
    ]);
    expect(await fixture.countsOf(coupon.couponId)).toEqual({
      redeemed: 1,
      finished: false,
      rev: 2,
      redemptions: 1,
      uses: 1,
      answers: 1,
      facts: 1,
      exhausted: 0,
    });
  });

  it('sells the last units to those who can take them, in order of arrival', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 2 }, perUserCap: 1 });
    const [used = '', ...users] = await fixture.followersOf(coupon, 4);
    await fixture.addUsage(coupon.couponId, used, 1);
    const stranger = newId();
    const entries = [used, stranger, ...users].map((userId) => fixture.entry(coupon, userId));
    const { entries: outcomes } = await fixture.batches.redeem(entries, versionsOf(coupon));
    expect(outcomes.map(({ outcome }) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))).toEqual(
      ['user_limit_reached', 'not_a_follower', 'accepted', 'accepted', 'sold_out'],
    );
  });

  it('tells of exhaustion once, with the last unit, and sticks to it', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 2 } });
    const users = await fixture.followersOf(coupon, 3);
    const entries = users.map((userId) => fixture.entry(coupon, userId));
    const done = await fixture.batches.redeem(entries, versionsOf(coupon));
    expect(done.coupons[0]?.stock).toEqual({ redeemed: 2, max: 2, finished: true, revision: 3 });
    const [late = ''] = await fixture.followersOf(coupon, 1);
    const after = await fixture.batches.redeem([fixture.entry(coupon, late)], versionsOf(coupon));
    expect(after.entries[0]?.outcome).toMatchObject({ kind: 'refused', code: 'sold_out' });
    expect(await fixture.countsOf(coupon.couponId)).toMatchObject({
      redeemed: 2,
      finished: true,
      exhausted: 1,
    });
  });

  it('decides entries for many coupons in one batch', async () => {
    const coupons = await Promise.all([1, 2, 3].map((max) => fixture.addCoupon({ stock: { max } })));
    const entries = await Promise.all(
      coupons.flatMap((coupon) =>
        [1, 2].map(async () => fixture.entry(coupon, (await fixture.followersOf(coupon, 1))[0] as string)),
      ),
    );
    const done = await fixture.batches.redeem(entries, versionsOf(...coupons));
    expect(done.entries.map(({ outcome }) => outcome.kind)).toEqual([
      'accepted',
      'refused',
      'accepted',
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect(new Map(done.coupons.map(({ couponId, stock }) => [couponId, stock.redeemed]))).toEqual(
      new Map(coupons.map(({ couponId }, index) => [couponId, Math.min(index + 1, 2)])),
    );
  });
});

describe('keys', () => {
  it('answers a known key with the stored answer, also after the coupon is sold out', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 1 } });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const entry = fixture.entry(coupon, userId);
    const first = await fixture.batches.redeem([entry], versionsOf(coupon));
    const copy = { ...entry, redemptionId: newId(), eventId: newId() };
    const second = await fixture.batches.redeem([copy], versionsOf(coupon));
    const answer =
      first.entries[0]?.outcome.kind === 'accepted' ? first.entries[0].outcome.answer : undefined;
    expect(second.entries[0]?.outcome).toEqual({ kind: 'known', answer });
    expect((await fixture.countsOf(coupon.couponId)).redeemed).toBe(1);
  });

  it('finds its own commit again when run twice with the same ids', async () => {
    const coupon = await fixture.addCoupon();
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const entry = fixture.entry(coupon, userId);
    const first = await fixture.batches.redeem([entry], versionsOf(coupon));
    const second = await fixture.batches.redeem([entry], versionsOf(coupon));
    expect(second.entries).toEqual(first.entries);
    expect((await fixture.countsOf(coupon.couponId)).redeemed).toBe(1);
  });

  it('refuses a key that stands for another request', async () => {
    const coupon = await fixture.addCoupon();
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const entry = fixture.entry(coupon, userId);
    await fixture.batches.redeem([entry], versionsOf(coupon));
    const other = fixture.entry(coupon, userId, { reservationId: entry.reservationId });
    const done = await fixture.batches.redeem([other], versionsOf(coupon));
    expect(done.entries[0]?.outcome).toEqual({ kind: 'key_reused' });
    expect((await fixture.countsOf(coupon.couponId)).redeemed).toBe(1);
  });

  it('does not keep refusals: the same key may be accepted later', async () => {
    const coupon = await fixture.addCoupon();
    const userId = newId();
    const entry = fixture.entry(coupon, userId);
    const refused = await fixture.batches.redeem([entry], versionsOf(coupon));
    expect(refused.entries[0]?.outcome).toMatchObject({ kind: 'refused', code: 'not_a_follower' });
    await fixture.addFollowers(coupon.channelId, [userId]);
    const accepted = await fixture.batches.redeem([entry], versionsOf(coupon));
    expect(accepted.entries[0]?.outcome.kind).toBe('accepted');
  });
});

describe('terms', () => {
  it('decides nothing on a version that is not the row’s, and does decide the rest of the batch', async () => {
    const [changed, same] = [await fixture.addCoupon({ version: 2 }), await fixture.addCoupon()];
    const entries = await Promise.all(
      [changed, same].map(async (coupon) =>
        fixture.entry(coupon, (await fixture.followersOf(coupon, 1))[0] as string),
      ),
    );
    const done = await fixture.batches.redeem(entries, versionsOf({ ...changed, version: 1 }, same));
    expect(done.entries.map(({ outcome }) => outcome.kind)).toEqual(['stale', 'accepted']);
    expect(done.coupons.find(({ couponId }) => couponId === changed.couponId)?.version).toBe(2);
    expect((await fixture.countsOf(changed.couponId)).redeemed).toBe(0);
  });

  it('does not know another tenant’s coupon', async () => {
    const coupon = await fixture.addCoupon();
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const entry = fixture.entry(coupon, userId, { tenantId: newId() });
    const done = await fixture.batches.redeem([entry], versionsOf(coupon));
    expect(done.entries[0]?.outcome).toMatchObject({ kind: 'refused', code: 'coupon_not_found' });
    expect(done.coupons).toEqual([]);
  });

  it('reads start and end on the database’s clock', async () => {
    const start = Date.now() + 3_600_000;
    const coupon = await fixture.addCoupon({ status: 'scheduled', startAt: start, endAt: start + 60_000 });
    const users = await fixture.followersOf(coupon, 3);
    const at = async (ms: number, userId: string | undefined): Promise<string | undefined> => {
      await fixture.test.shiftClock(ms);
      const { entries } = await fixture.batches.redeem(
        [fixture.entry(coupon, userId ?? '')],
        versionsOf(coupon),
      );
      const outcome = entries[0]?.outcome;
      return outcome?.kind === 'refused' ? outcome.code : outcome?.kind;
    };
    try {
      expect(await at(0, users[0])).toBe('coupon_not_started');
      expect(await at(3_600_000 - 5_000, users[0])).toBe('coupon_not_started');
      expect(await at(3_600_000 + 1_000, users[0])).toBe('accepted');
      expect(await at(3_660_000 + 1_000, users[1])).toBe('coupon_ended');
    } finally {
      await fixture.test.shiftClock(0);
    }
  });
});

describe('races', () => {
  it('sells one unit once to two connections that want it at the same moment', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 1 } });
    const users = await fixture.followersOf(coupon, 2);
    // Both wait for the row before they read: whoever reads before its lock would sell the unit a second time.
    const holder = await fixture.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await holder.query('SELECT FROM coupon WHERE coupon_id = $1 FOR UPDATE', [coupon.couponId]);
    const racing = users.map((userId) =>
      fixture.batches.redeem([fixture.entry(coupon, userId)], versionsOf(coupon)),
    );
    await waiting(2);
    await holder.query('COMMIT');
    holder.release();
    const outcomes = (await Promise.all(racing)).map(({ entries }) => entries[0]?.outcome.kind).sort();
    expect(outcomes).toEqual(['accepted', 'refused']);
    expect((await fixture.countsOf(coupon.couponId)).redeemed).toBe(1);
  });

  it('sees an unfollow that was committed while it waited for the lock', async () => {
    const coupon = await fixture.addCoupon();
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const holder = await fixture.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
    await holder.query('SELECT FROM coupon WHERE coupon_id = $1 FOR UPDATE', [coupon.couponId]);
    const racing = fixture.batches.redeem([fixture.entry(coupon, userId)], versionsOf(coupon));
    await waiting(1);
    await fixture.rows('UPDATE follow SET following = false WHERE user_id = $1', [userId]);
    await holder.query('COMMIT');
    holder.release();
    expect((await racing).entries[0]?.outcome).toMatchObject({ kind: 'refused', code: 'not_a_follower' });
  });

  it('keeps the per-user cap for one user on many connections', async () => {
    const coupon = await fixture.addCoupon({ perUserCap: 3 });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        fixture.batches.redeem([fixture.entry(coupon, userId)], versionsOf(coupon)),
      ),
    );
    expect(outcomes.filter(({ entries }) => entries[0]?.outcome.kind === 'accepted')).toHaveLength(3);
    expect((await fixture.countsOf(coupon.couponId)).uses).toBe(3);
  });

  it('does not deadlock on two coupons that are named in opposite orders for the same users', async () => {
    const [a, b] = [await fixture.addCoupon(), await fixture.addCoupon()];
    const users = await fixture.followersOf(a, 30);
    await fixture.addFollowers(b.channelId, users);
    const before = await deadlocks();
    await Promise.all(
      users.flatMap((userId) =>
        [
          [a, b],
          [b, a],
        ].map((coupons) =>
          fixture.batches.redeem(
            coupons.map((coupon) => fixture.entry(coupon, userId)),
            versionsOf(a, b),
          ),
        ),
      ),
    );
    expect(await deadlocks()).toBe(before);
    expect((await fixture.countsOf(a.couponId)).uses).toBe(60);
    expect((await fixture.countsOf(b.couponId)).uses).toBe(60);
  });
});

describe('facts', () => {
  it('leave as the contracts say, with what was left after each', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 3, redeemed: 1, revision: 7 }, version: 4 });
    const users = await fixture.followersOf(coupon, 2);
    const entries = users.map((userId, index) =>
      fixture.entry(coupon, userId, { correlationId: `request "${index}", {with} \\ marks` }),
    );
    await fixture.batches.redeem(entries, versionsOf(coupon));
    const rows = await fixture.rows<OutboxRecord>(
      `SELECT * FROM outbox_fact WHERE payload->>'couponId' = $1
        ORDER BY topic DESC, (payload->'stock'->>'revision')::bigint`,
      [coupon.couponId],
    );
    const facts = rows.map((row) => {
      const definition = eventMap[row.topic];
      const [name = ''] = Object.keys(definition.events).filter((one) =>
        row.headers['ce_type']?.includes(`.${one}.`),
      );
      const envelope = fromHeaders(row.headers);
      if ('problem' in envelope) throw new Error(envelope.problem);
      const { schema } = (definition.events as Record<string, { schema: { parse(data: unknown): unknown } }>)[
        name
      ] as { schema: { parse(data: unknown): { stock: unknown } } };
      return { name, key: row.key, envelope, data: schema.parse(row.payload) };
    });
    expect(facts.map(({ name, key, data }) => [name, key, data.stock])).toEqual([
      ['redeemed', entries[0]?.redemptionId, { redeemed: 2, max: 3, finished: false, revision: 8 }],
      ['redeemed', entries[1]?.redemptionId, { redeemed: 3, max: 3, finished: true, revision: 9 }],
      ['coupon-exhausted', coupon.couponId, { redeemed: 3, max: 3, finished: true, revision: 9 }],
    ]);
    expect(facts[0]?.envelope).toMatchObject({
      id: entries[0]?.eventId,
      source: '/octopus/redemption',
      tenantId: fixture.tenantId,
      subject: `redemption/${entries[0]?.redemptionId}`,
      correlationId: 'request "0", {with} \\ marks',
    });
    expect(facts[2]?.envelope).toMatchObject({
      subject: `coupon/${coupon.couponId}`,
      causationId: entries[1]?.eventId,
    });
  });
});

describe('the last lock', () => {
  it('is the row’s own constraint', async () => {
    const coupon = await fixture.addCoupon({ stock: { max: 1, redeemed: 1, finished: true } });
    await expect(
      fixture.rows('UPDATE coupon SET redeemed = 2 WHERE coupon_id = $1', [coupon.couponId]),
    ).rejects.toThrow('coupon_never_over_redeemed');
  });
});

interface OutboxRecord {
  topic: TopicName & ('redemption.redemption.v1' | 'redemption.coupon-exhausted.v1');
  key: string;
  headers: StoredHeaders;
  payload: unknown;
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

async function deadlocks(): Promise<number> {
  const { rows } = await fixture.pool.query<{ n: string }>(
    'SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.n);
}
