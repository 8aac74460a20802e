import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem, redemptionView } from '#contracts';
import { eventually, newId } from '#testkit';
import { RedemptionWorld, type Replica, tally } from '../../test/redemption-world.js';

let world: RedemptionWorld;
let replicas: [Replica, Replica];
let replica: Replica;
beforeAll(async () => {
  world = await RedemptionWorld.start();
  replicas = [await world.replica(), await world.replica()];
  [replica] = replicas;
});
afterAll(() => world?.stop());

describe('a redemption', () => {
  it('is answered, stored, and told of on Kafka', async () => {
    const coupon = await world.coupon({ max: 10 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const { status, body, headers } = await world.redeem(replica, { couponId: coupon.couponId, userId });
    expect(status).toBe(201);
    expect(redemptionView.parse(body)).toMatchObject({
      couponId: coupon.couponId,
      userId,
      userRedemptions: 1,
    });
    expect(headers.get('idempotency-replayed')).toBeNull();
    const facts = await world.namespace.collect('redemption.redemption.v1');
    await eventually(() =>
      expect(facts.map(({ key, value }) => [key, dataOf(value).userId])).toContainEqual([
        body.redemptionId,
        userId,
      ]),
    );
  });

  it('takes an empty JSON object as body, too', async () => {
    const coupon = await world.coupon();
    const [userId = ''] = await world.followersOf(coupon, 1);
    const reply = await world.redeem(replica, { couponId: coupon.couponId, userId, body: '{}' });
    expect(reply.status).toBe(201);
  });

  it('repeated with its key gets the same answer from every process, also after the coupon is sold out', async () => {
    const coupon = await world.coupon({ max: 1 });
    const [userId = '', other = ''] = await world.followersOf(coupon, 2);
    const attempt = { couponId: coupon.couponId, userId, key: 'mine' };
    const first = await world.redeem(replica, attempt);
    expect(tally([await world.redeem(replica, { couponId: coupon.couponId, userId: other })])).toEqual({
      sold_out: 1,
    });
    for (const one of replicas) {
      const again = await world.redeem(one, attempt);
      expect([again.status, again.body]).toEqual([201, first.body]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('with a used key and another body is refused', async () => {
    const coupon = await world.coupon();
    const [userId = ''] = await world.followersOf(coupon, 1);
    const attempt = { couponId: coupon.couponId, userId, key: 'used' };
    await world.redeem(replica, attempt);
    const other = await world.redeem(replica, { ...attempt, body: '{}' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('races', () => {
  it('sell the last unit once to 500 clients over two processes', async () => {
    const coupon = await world.coupon({ max: 1 });
    const users = await world.followersOf(coupon, 500);
    const replies = await Promise.all(
      users.map((userId, index) =>
        world.redeem(replicas[index % 2] as Replica, { couponId: coupon.couponId, userId }),
      ),
    );
    expect(tally(replies)).toEqual({ 201: 1, sold_out: 499 });
    expect(await world.countsOf(coupon.couponId)).toEqual({ redeemed: 1, redemptions: 1, uses: 1 });
  });

  it('redeem once for 100 copies of one key, all with the same answer', async () => {
    const coupon = await world.coupon({ max: 10 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        world.redeem(replicas[index % 2] as Replica, { couponId: coupon.couponId, userId, key: 'one' }),
      ),
    );
    expect(tally(replies)).toEqual({ 201: 100 });
    expect(new Set(replies.map(({ body }) => body.redemptionId)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await world.countsOf(coupon.couponId)).toEqual({ redeemed: 1, redemptions: 1, uses: 1 });
  });

  it('end a coupon exactly at its cap, and say so on Kafka once', async () => {
    const coupon = await world.coupon({ max: 100, perUser: 1 });
    const users = await world.followersOf(coupon, 400);
    const replies = await Promise.all(
      users.map((userId, index) =>
        world.redeem(replicas[index % 2] as Replica, { couponId: coupon.couponId, userId }),
      ),
    );
    expect(tally(replies)).toEqual({ 201: 100, sold_out: 300 });
    const exhausted = await world.namespace.collect('redemption.coupon-exhausted.v1');
    await eventually(() => expect(exhausted.filter(({ key }) => key === coupon.couponId)).toHaveLength(1));
  });

  it('turn away a user who sends too much at a time, with a word on when to come back', async () => {
    const coupon = await world.coupon();
    const [userId = ''] = await world.followersOf(coupon, 1);
    const replies = await Promise.all(
      Array.from({ length: 60 }, () => world.redeem(replica, { couponId: coupon.couponId, userId })),
    );
    const turnedAway = replies.filter(({ status }) => status === 429);
    expect(turnedAway.length).toBeGreaterThan(0);
    expect(turnedAway[0]?.body.code).toBe('rate_limited');
    expect(turnedAway[0]?.headers.get('retry-after')).toBe('1');
    expect((await world.countsOf(coupon.couponId)).redeemed).toBe(60 - turnedAway.length);
  });
});

describe('refusals', () => {
  const day = 86_400_000;
  const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString();
  const schedule = (startAt: string | null, endAt: string | null) => ({ startAt, endAt, timeZone: 'UTC' });

  it.each([
    ['coupon_wrong_type', 409, { type: 'qr' as const }],
    ['coupon_disabled', 409, { status: 'disabled' as const }],
    ['coupon_finished', 409, { status: 'finished' as const, finishedReason: 'archived' as const }],
    ['coupon_finished', 409, { status: 'finished' as const, finishedReason: 'end_date' as const }],
    ['sold_out', 409, { status: 'finished' as const, finishedReason: 'max_redemptions' as const }],
    ['coupon_not_started', 409, { status: 'scheduled' as const, schedule: schedule(inDays(1), null) }],
    ['coupon_ended', 409, { schedule: schedule(null, inDays(-1)) }],
  ])('%s is answered with %i', async (code, status, over) => {
    const coupon = await world.coupon(over);
    const [userId = ''] = await world.followersOf(coupon, 1);
    const reply = await world.redeem(replica, { couponId: coupon.couponId, userId });
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(problem.parse(reply.body).detail).toBeTruthy();
    expect(reply.body.retryAt).toBe(code === 'coupon_not_started' ? coupon.schedule.startAt : undefined);
    expect((await world.countsOf(coupon.couponId)).redeemed).toBe(0);
  });

  it('a scheduled coupon whose start has passed is redeemed: a late timer harms nobody', async () => {
    const coupon = await world.coupon({ status: 'scheduled', schedule: schedule(inDays(-1), null) });
    const [userId = ''] = await world.followersOf(coupon, 1);
    expect((await world.redeem(replica, { couponId: coupon.couponId, userId })).status).toBe(201);
  });

  it('coupon_not_found for an unknown coupon and for another tenant’s', async () => {
    const coupon = await world.coupon();
    const [userId = ''] = await world.followersOf(coupon, 1);
    const unknown = await world.redeem(replica, { couponId: newId(), userId });
    const foreign = await world.redeem(replica, { couponId: coupon.couponId, userId, tenantId: newId() });
    expect(tally([unknown, foreign])).toEqual({ coupon_not_found: 2 });
  });

  it('not_a_follower, until the follow arrives; again after it is gone; never by an older fact', async () => {
    const coupon = await world.coupon();
    const { couponId, channelId } = coupon;
    const userId = newId();
    const said = async (): Promise<string | number> => {
      const reply = await world.redeem(replica, { couponId, userId });
      return reply.status === 201 ? 201 : reply.body.code;
    };
    expect(await said()).toBe('not_a_follower');
    await world.follow(channelId, userId, true, 1);
    await eventually(async () => expect(await said()).toBe(201));
    await world.follow(channelId, userId, false, 3);
    await eventually(async () => expect(await said()).toBe('not_a_follower'));
    await world.follow(channelId, userId, true, 2);
    const other = newId();
    await world.follow(channelId, other, true, 1);
    await eventually(async () =>
      expect(await world.rows('SELECT FROM follow WHERE user_id = $1', [other])).toHaveLength(1),
    );
    expect(await said()).toBe('not_a_follower');
  });

  it('user_limit_reached after as many as allowed', async () => {
    const coupon = await world.coupon({ perUser: 2 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const replies = [];
    for (let n = 0; n < 4; n += 1) {
      replies.push(await world.redeem(replicas[n % 2] as Replica, { couponId: coupon.couponId, userId }));
    }
    expect(replies.map(({ status, body }) => (status === 201 ? body.userRedemptions : body.code))).toEqual([
      1,
      2,
      'user_limit_reached',
      'user_limit_reached',
    ]);
  });

  it.each([
    ['a malformed coupon id', 'no-id', {}, 'path/couponId'],
    ['an unknown field', undefined, { body: '{"quantity":2}' }, '/quantity'],
  ])('invalid_request for %s, naming it', async (_, couponId, over, pointer) => {
    const coupon = await world.coupon();
    const [userId = ''] = await world.followersOf(coupon, 1);
    const reply = await world.redeem(replica, { couponId: couponId ?? coupon.couponId, userId, ...over });
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(reply.body.errors)).toContain(pointer.split('/')[1]);
  });
});

describe('terms that change', () => {
  it('are taken over by every process, and catalog is told which version decides', async () => {
    const coupon = await world.coupon({ max: 10 });
    const users = await world.followersOf(coupon, 8);
    const said = async (index: number): Promise<(string | number)[]> =>
      Promise.all(
        replicas.map(async (one, place) => {
          const userId = users[index * 2 + place] ?? '';
          const reply = await world.redeem(one, { couponId: coupon.couponId, userId });
          return reply.status === 201 ? 201 : reply.body.code;
        }),
      );
    expect(await said(0)).toEqual([201, 201]);
    await world.snapshot({ ...coupon, version: 5, status: 'disabled' });
    expect(await said(1)).toEqual(['coupon_disabled', 'coupon_disabled']);
    await world.snapshot({ ...coupon, version: 6, status: 'active' });
    expect(await said(2)).toEqual([201, 201]);
    const applied = await world.namespace.collect('redemption.coupon-applied.v1');
    await eventually(() =>
      expect(
        applied
          .filter(({ key }) => key === coupon.couponId)
          .map(({ value, headers }) => [dataOf(value).version, headers['ce_revision']]),
      ).toEqual([
        [2, '2'],
        [5, '5'],
        [6, '6'],
      ]),
    );
  });

  it('never write how much is left, and an older version changes nothing', async () => {
    const coupon = await world.coupon({ max: 2, version: 4 });
    const users = await world.followersOf(coupon, 3);
    await world.redeem(replica, { couponId: coupon.couponId, userId: users[0] ?? '' });
    const terms = { ...coupon.terms, maxRedemptions: 50 };
    await world.snapshot({ ...coupon, version: 7, terms, name: 'New name' });
    await world.snapshot({ ...coupon, version: 3, status: 'disabled' });
    const marker = await world.coupon();
    expect(marker.version).toBe(2);
    const [row] = await world.rows<{ version: number; status: string; redeemed: string; max: string }>(
      'SELECT version, status, redeemed, max FROM coupon WHERE coupon_id = $1',
      [coupon.couponId],
    );
    expect(row).toEqual({ version: 7, status: 'active', redeemed: '1', max: '2' });
  });
});

function dataOf(value: string | null): Record<string, unknown> {
  return JSON.parse(value ?? '{}') as Record<string, unknown>;
}
