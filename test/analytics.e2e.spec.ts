import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnalyticsRefusals, AnalyticsSeries, CouponAnalytics, CouponView } from '#contracts';
import { eventually } from '#testkit';
import { type Cafe, type Guest, openCafe } from './system/cafe.js';
import { call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

/** Refusals are told by the minute at the latest. */
const SOON = { timeoutMs: 90_000 };

describe('what the owner sees of a coupon while it is in use', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  let coupon: CouponView;
  let guests: Guest[];
  beforeAll(async () => {
    system = await startWholeSystem();
    cafe = await openCafe(system);
    guests = cafe.followers;
    coupon = await cafe.publish({ maxRedemptionsPerUser: 1 });
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  const read = async <Body = CouponAnalytics>(report = ''): Promise<Body> => {
    const url = `${system.url}/catalog/v1/coupons/${coupon.couponId}/analytics${report}`;
    return (await call<Body>('GET', url, { token: cafe.ownerToken })).body;
  };

  it('are the followers to whom it is available', async () => {
    await eventually(async () =>
      expect((await read()).available).toEqual({ users: guests.length, counted: 'audience' }),
    );
  }, 60_000);

  it('are impressions that apps tell', async () => {
    const seenAt = new Date().toISOString();
    const impressions = [{ couponId: coupon.couponId, place: 'list', seenAt }];
    for (const { token } of guests.slice(0, 2))
      await call('POST', `${system.url}/catalog/v1/impressions`, {
        token,
        body: { sentAt: seenAt, impressions },
      });
    await eventually(async () => expect((await read()).seen).toEqual({ users: 2, impressions: 2 }));
  }, 60_000);

  it('are redemptions, one of them taken back, and a refusal', async () => {
    const [ana, bo] = guests as [Guest, Guest];
    const redeemed = [await cafe.redeem(coupon.couponId, ana), await cafe.redeem(coupon.couponId, bo)];
    expect(redeemed.map(({ status }) => status)).toEqual([201, 201]);
    await eventually(async () =>
      expect((await read()).redeemed).toEqual({ users: 2, redemptions: 2, voided: 0 }),
    );
    expect((await cafe.redeem(coupon.couponId, ana)).status).toBe(409);
    const id = String(redeemed[1]?.body['redemptionId']);
    const voided = await call('POST', `${system.url}/redemption/v1/redemptions/${id}/void`, {
      token: cafe.ownerToken,
      body: {},
    });
    expect(voided.status).toBe(200);
    await eventually(async () =>
      expect((await read()).redeemed).toEqual({ users: 1, redemptions: 1, voided: 1 }),
    );
    const { items } = await read<AnalyticsSeries>('/series?by=hour');
    expect(items.reduce((sum, { redemptions }) => sum + redemptions, 0)).toBe(2);
    await eventually(async () => {
      expect((await read<AnalyticsRefusals>('/refusals')).items).toEqual([
        { code: 'user_limit_reached', count: 1 },
      ]);
    }, SOON);
  }, 150_000);
});
