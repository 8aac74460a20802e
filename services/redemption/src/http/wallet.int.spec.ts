import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EligibilityView, HistoryPage, Problem, ShiftPage, WalletPage } from '#contracts';
import { eventually, newId, type TestClaims } from '#testkit';
import { type Replica, RedemptionWorld } from '../../test/redemption-world.js';

describe('the wallet over HTTP', () => {
  let world: RedemptionWorld;
  let replica: Replica;

  beforeAll(async () => {
    world = await RedemptionWorld.start();
    replica = await world.replica();
  });
  afterAll(() => world?.stop());

  async function get<Body>(
    path: string,
    claims: Partial<TestClaims> = {},
  ): Promise<{ status: number; body: Body }> {
    const token = await world.issuer.token({
      role: 'end_user',
      tenant: world.tenantId,
      sub: newId(),
      ...claims,
    });
    const response = await fetch(`${replica.url}/v1/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  it('lists what a snapshot says, in pages that end', async () => {
    const [channelId, userId] = [newId(), newId()];
    const first = await world.coupon({ channelId, position: 1, perUser: 3, name: 'First' });
    const second = await world.coupon({ channelId, position: 2, name: 'Second' });
    await world.rows(
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       VALUES ($1, $2, $3, true, 1, now())`,
      [world.tenantId, channelId, userId],
    );
    const path = `wallet/coupons?channelId=${channelId}&limit=1`;
    const page = await get<WalletPage>(path, { sub: userId });
    expect(page).toMatchObject({
      status: 200,
      body: {
        items: [
          {
            couponId: first.couponId,
            channelId,
            type: 'click',
            name: 'First',
            description: first.description,
            position: 1,
            state: { kind: 'available' },
            price: null,
            validUntil: null,
            openUntil: null,
            userRedemptions: 0,
            maxRedemptionsPerUser: 3,
            earnBy: [],
          },
        ],
      },
    });
    expect(Math.abs(Date.parse(page.body.serverTime) - Date.now())).toBeLessThan(3_600_000);
    const next = await get<WalletPage>(`${path}&cursor=${page.body.nextCursor}`, { sub: userId });
    expect(next.body.items.map(({ couponId }) => couponId)).toEqual([second.couponId]);
    expect(next.body.nextCursor).toBeNull();
    const over = await get<WalletPage>('wallet/coupons', { sub: userId });
    expect(over.body.items.map(({ couponId }) => couponId)).toEqual([second.couponId, first.couponId]);
  });

  it('takes a coupon off the list when its snapshot says so', async () => {
    const [channelId, userId] = [newId(), newId()];
    const coupon = await world.coupon({ channelId, audience: 'everyone' });
    const shown = async () =>
      (await get<WalletPage>(`wallet/coupons?channelId=${channelId}`, { sub: userId })).body.items.length;
    expect(await shown()).toBe(1);
    await world.snapshot({ ...coupon, version: 3, status: 'disabled' });
    expect(await shown()).toBe(0);
    await world.snapshot({ ...coupon, version: 4, name: 'Again' });
    expect(await shown()).toBe(1);
  });

  it.each([
    ['cursor=nonsense', 'query/cursor'],
    [`cursor=${Buffer.from('{"place":1}').toString('base64url')}`, 'query/cursor'],
    ['limit=0', 'query/limit'],
    ['limit=101', 'query/limit'],
    ['channelId=x', 'query/channelId'],
  ])('refuses %s by name', async (query, pointer) => {
    const { status, body } = await get<Problem>(`wallet/coupons?${query}`);
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, 'invalid_request', pointer]);
  });

  describe("why can't I redeem?", () => {
    const why = (couponId: string, claims: Partial<TestClaims> = {}) =>
      get<EligibilityView & Problem>(`wallet/coupons/${couponId}/eligibility`, claims);

    it('names every rule that says no, and when it passes by itself', async () => {
      const startAt = new Date(Date.now() + 3_600_000).toISOString();
      const coupon = await world.coupon({
        schedule: { startAt, endAt: null, timeZone: 'UTC', recurrence: null },
      });
      const { status, body } = await why(coupon.couponId);
      expect(status).toBe(200);
      expect(body.redeemable).toBe(false);
      expect(body.failed).toMatchObject([
        { code: 'coupon_not_started', passesAt: startAt, pointsMissing: null },
        { code: 'not_a_follower', passesAt: null },
      ]);
    });

    it('says so when nothing speaks against it', async () => {
      const { couponId } = await world.coupon({ audience: 'everyone' });
      expect((await why(couponId)).body).toMatchObject({ couponId, redeemable: true, failed: [] });
    });

    it('knows no coupon of another tenant, none that was made up, and no draft', async () => {
      const coupon = await world.coupon();
      const draft = await world.coupon({ status: 'draft' });
      const answers = [
        await why(coupon.couponId, { tenant: newId() }),
        await why(newId()),
        await why(draft.couponId),
      ];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
        answers.map(() => [404, 'coupon_not_found']),
      );
    });
  });

  it('keeps a history, each user their own', async () => {
    const coupon = await world.coupon({ name: 'Free tea' });
    const [userId = '', other = ''] = await world.followersOf(coupon, 2);
    const { couponId } = coupon;
    const one = await world.redeem(replica, { couponId, userId });
    const two = await world.redeem(replica, { couponId, userId });
    await world.redeem(replica, { couponId, userId: other });
    const first = await get<HistoryPage>('redemptions?limit=1', { sub: userId });
    const second = await get<HistoryPage>(`redemptions?limit=1&cursor=${first.body.nextCursor}`, {
      sub: userId,
    });
    const ids = [...first.body.items, ...second.body.items].map(({ redemptionId }) => redemptionId);
    expect(ids).toEqual([two.body.redemptionId, one.body.redemptionId]);
    expect(first.body.items[0]).toMatchObject({ couponName: 'Free tea', method: 'button', voidedAt: null });
    expect(second.body.nextCursor).toBeNull();
  });

  it("shows a cashier the shift's list, and nobody else", async () => {
    const cashier = { role: 'cashier' as const, partner: newId(), store: newId() };
    const sub = newId();
    const add = (minutes: number) =>
      world.rows(
        `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                                 reservation_id, method, partner_id, store_id, cashier_id)
         VALUES ($1, $2, $3, 1, $4, $5, now() - make_interval(mins => $6), $7, 'pass', $8, $9, $10)`,
        [
          world.tenantId,
          newId(),
          newId(),
          newId(),
          newId(),
          minutes,
          newId(),
          cashier.partner,
          cashier.store,
          sub,
        ],
      );
    for (const minutes of [2, 1]) await add(minutes);
    const { status, body } = await get<ShiftPage>('shift', { ...cashier, sub });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(2);
    expect(body.items[0]).toMatchObject({ storeId: cashier.store, method: 'pass' });
    expect((await get<ShiftPage>('shift', { ...cashier, sub: newId() })).body.items).toEqual([]);
    expect((await get<Problem>('shift', { sub })).body.code).toBe('forbidden');
    expect((await get<Problem>('redemptions', { ...cashier, sub })).body.code).toBe('forbidden');
  });

  it('tells at its end how often it has refused, and why', async () => {
    const facts = await world.namespace.collect('redemption.refusal.v1');
    const coupon = await world.coupon();
    const stopped = await world.replica();
    for (let time = 0; time < 3; time += 1)
      await world.redeem(stopped, { couponId: coupon.couponId, userId: newId() });
    await world.redeem(stopped, { couponId: newId(), userId: newId() });
    await stopped.stop();
    await eventually(async () => {
      const { couponId, channelId } = coupon;
      expect(facts.map(({ data }) => data)).toMatchObject([
        { couponId, channelId, code: 'not_a_follower', count: 3 },
      ]);
    });
  });
});
