import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot, EligibilityView, Problem, WalletPage, WhatIfView } from '#contracts';
import { newId, type TestClaims } from '#testkit';
import { type Replica, RedemptionWorld } from '../../test/redemption-world.js';

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();

/** Redemption alone: no scheduler runs here that could start or end anything. */
describe('what if a user came at an instant', () => {
  let world: RedemptionWorld;
  let replica: Replica;
  beforeAll(async () => {
    world = await RedemptionWorld.start();
    replica = await world.replica();
  });
  afterAll(() => world?.stop());

  async function get<Body>(path: string, claims: Partial<TestClaims>) {
    const token = await world.issuer.token({
      role: 'channel_owner',
      tenant: world.tenantId,
      sub: newId(),
      ...claims,
    });
    const response = await fetch(`${replica.url}/v1/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  function ask(
    { couponId, channelId }: Pick<CouponSnapshot, 'couponId' | 'channelId'>,
    userId: string,
    query: Record<string, string> = {},
    claims: Partial<TestClaims> = {},
  ) {
    const path = `coupons/${couponId}/what-if/${userId}?${new URLSearchParams(query).toString()}`;
    return get<WhatIfView & Problem>(path, { channels: [channelId], ...claims });
  }

  const schedule = (startAt: string | null, endAt: string | null) => ({
    schedule: { startAt, endAt, timeZone: 'UTC', recurrence: null },
  });

  it('says the same of now as the list, the reasons and a redemption', async () => {
    const coupon = await world.coupon({ ...schedule(null, inHours(2)), perUser: 1 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    for (const redeemable of [true, false]) {
      const { body } = await ask(coupon, userId);
      const user = { role: 'end_user', sub: userId } as const;
      const why = await get<EligibilityView>(`wallet/coupons/${coupon.couponId}/eligibility`, user);
      const list = await get<WalletPage>(`wallet/coupons?channelId=${coupon.channelId}`, user);
      expect(body).toMatchObject({ redeemable, visible: redeemable, failed: why.body.failed });
      expect(body.state).toEqual(list.body.items[0]?.state ?? null);
      expect(body.at).toBe(body.factsAsOf);
      const redeemed = await world.redeem(replica, { couponId: coupon.couponId, userId });
      expect(redeemed.status === 201).toBe(redeemable);
    }
  });

  it('starts and ends by the instant that is asked about, whatever status was told last', async () => {
    const [startAt, endAt] = [inHours(5), inHours(9)];
    const coupon = await world.coupon({ ...schedule(startAt, endAt), status: 'scheduled' });
    const [userId = ''] = await world.followersOf(coupon, 1);
    const before = await ask(coupon, userId, { at: inHours(4) });
    expect(before.body).toMatchObject({
      visible: false,
      failed: [{ code: 'coupon_not_started', passesAt: startAt }],
    });
    expect((await ask(coupon, userId, { at: startAt })).body).toMatchObject({
      at: startAt,
      visible: true,
      state: { kind: 'available' },
      redeemable: true,
      failed: [],
    });
    const after = await ask(coupon, userId, { at: endAt });
    expect(after.body).toMatchObject({
      visible: false,
      failed: [{ code: 'coupon_ended', passesAt: null }],
    });
    expect(Date.parse(after.body.factsAsOf)).toBeLessThan(Date.parse(startAt));
  });

  it('names the next window, however far from now is asked', async () => {
    const recurrence = { kind: 'daily', opensAt: '00:00', closesAt: '12:00' } as const;
    const coupon = await world.coupon({
      schedule: { startAt: null, endAt: null, timeZone: 'UTC', recurrence },
    });
    const [userId = ''] = await world.followersOf(coupon, 1);
    for (const day of ['2030-01-01', '9998-12-30', '1969-07-20']) {
      expect((await ask(coupon, userId, { at: `${day}T11:59:59.999Z` })).body.redeemable).toBe(true);
      const closed = await ask(coupon, userId, { at: `${day}T12:00:00Z` });
      const passesAt = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * HOUR).toISOString();
      expect(closed.body.failed).toMatchObject([{ code: 'coupon_window_closed', passesAt }]);
    }
  });

  it('takes the uses of now to another instant: a cooldown is over by then', async () => {
    const terms = { timeLimit: { amount: 3, unit: 'hours' } } as const;
    const coupon = await world.coupon({ terms, perUser: 5 });
    const [userId = ''] = await world.followersOf(coupon, 1);
    await world.redeem(replica, { couponId: coupon.couponId, userId });
    const now = await ask(coupon, userId);
    expect(now.body).toMatchObject({ visible: true, redeemable: false, failed: [{ code: 'cooling_down' }] });
    const freeAt = now.body.failed[0]?.passesAt ?? '';
    expect(now.body.state).toEqual({ kind: 'cooling_down', until: freeAt });
    expect((await ask(coupon, userId, { at: freeAt })).body.redeemable).toBe(true);
  });

  it('hides what its owner wants hidden from whoever lacks points', async () => {
    const terms = { price: { pointNameId: newId(), amount: '10' } };
    for (const hideIfNotAvailable of [true, false]) {
      const coupon = await world.coupon({ audience: 'everyone', terms: { ...terms, hideIfNotAvailable } });
      expect((await ask(coupon, newId())).body).toMatchObject({
        visible: !hideIfNotAvailable,
        redeemable: false,
        failed: [{ code: 'points_short', pointsMissing: '10' }],
      });
    }
  });

  it('says of a place that it has not looked at it', async () => {
    const coupon = await world.coupon({ audience: 'everyone' });
    const { body } = await ask(coupon, newId(), { latitude: '45.8', longitude: '-15.97' });
    expect(body).toMatchObject({ redeemable: true, place: 'not_evaluated' });
  });

  it("answers administrators, too; others' coupons, drafts and made-up ones are not there", async () => {
    const coupon = await world.coupon();
    const draft = await world.coupon({ status: 'draft' });
    const admin: Partial<TestClaims> = { role: 'tenant_admin', channels: [] };
    expect((await ask(coupon, newId(), {}, admin)).status).toBe(200);
    const answers = [
      await ask(coupon, newId(), {}, { channels: [newId()] }),
      await ask(coupon, newId(), {}, { tenant: newId() }),
      await ask(coupon, newId(), {}, { ...admin, tenant: newId() }),
      await ask({ ...coupon, couponId: newId() }, newId()),
      await ask(draft, newId()),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [404, 'coupon_not_found']),
    );
  });

  it('knows a user of another tenant as little as one who does not exist', async () => {
    const coupon = await world.coupon();
    const [theirs, otherTenant] = [newId(), newId()];
    await world.database.rows(
      otherTenant,
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       VALUES ($1, $2, $3, true, 1, now())`,
      [otherTenant, coupon.channelId, theirs],
    );
    for (const userId of [theirs, newId()])
      expect((await ask(coupon, userId)).body.failed).toMatchObject([{ code: 'not_a_follower' }]);
  });

  it.each([
    [{ at: 'tomorrow' }, 'query/at'],
    [{ at: '2026-11-22T09:00:00+01:00' }, 'query/at'],
    [{ latitude: '91', longitude: '0' }, 'query/latitude'],
    [{ latitude: 'north', longitude: '0' }, 'query/latitude'],
    [{ latitude: '', longitude: '0' }, 'query/latitude'],
    [{ latitude: '0', longitude: ' ' }, 'query/longitude'],
    [{ latitude: '', longitude: '' }, 'query/latitude'],
    [{ latitude: '45.8' }, 'query/longitude'],
    [{ longitude: '15.9' }, 'query/latitude'],
    [{ latitude: '0', longitude: '-180.1' }, 'query/longitude'],
  ])('refuses %j by name', async (query: Record<string, string>, pointer) => {
    const { status, body } = await ask({ couponId: newId(), channelId: newId() }, newId(), query);
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, 'invalid_request', pointer]);
  });

  it('refuses ids that are none, by name', async () => {
    const { status, body } = await ask({ couponId: newId(), channelId: newId() }, 'me');
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, 'path/userId']);
  });
});
