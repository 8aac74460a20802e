import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CapRequestView, CouponStock } from '#contracts';
import { eventually, newId } from '#testkit';
import { type Cafe, type Guest, openCafe } from './system/cafe.js';
import { type Answer, call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const [crowd, firstCap] = [240, 60];

/** By how much the owner wants the cap above what is redeemed as he looks; null = unlimited. */
const wishes = [40, -5, 90, null, -1, 150, 30, 20, null, 10, 3, 0, 30];

describe('a cap that an owner moves while a crowd redeems through two processes', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  beforeAll(async () => {
    system = await startWholeSystem({ redemptionProcesses: 2 });
    cafe = await openCafe(system, { followers: crowd });
  }, 240_000);
  afterAll(() => system?.stop(), 60_000);

  const addressOf = (couponId: string) => `${system.url}/catalog/v1/coupons/${couponId}/cap-requests`;

  /** The decision: at once, or at the address that a 202 names. null = the catalog knows that it is finished. */
  const asked = async (couponId: string, maxRedemptions: number | null): Promise<CapRequestView | null> => {
    const body = { maxRedemptions };
    const answer = await call<CapRequestView>('POST', addressOf(couponId), { token: cafe.ownerToken, body });
    if (answer.status === 200) return answer.body;
    if (answer.status === 409) return null;
    expect(answer.status).toBe(202);
    // Relative to the address that was asked.
    const location = new URL(answer.headers.get('location') ?? '', addressOf(couponId)).href;
    return eventually(
      async () => {
        const later = await call<CapRequestView>('GET', location, { token: cafe.ownerToken });
        if (later.body.state === 'pending') throw new Error('nobody has decided yet');
        return later.body;
      },
      { timeoutMs: 30_000 },
    );
  };

  /** On a crowded machine a 503 may come; its mend is to send the same request again with the same key. */
  const redeemed = async (couponId: string, guest: Guest, at: string): Promise<Answer> => {
    const key = newId();
    for (let tries = 1; ; tries += 1) {
      const answer = await cafe.redeem(couponId, guest, { at, key });
      if (answer.status !== 503 || tries === 20) return answer;
      await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
    }
  };

  /** A few at a time, so that the wishes fall between them. */
  const everybodyRedeems = async (couponId: string): Promise<Answer[]> => {
    const ways = system.processes.redemption.map(({ url }) => url);
    const left = cafe.followers.map((guest, n) => ({ guest, at: ways[n % ways.length] ?? '' }));
    const answers: Answer[] = [];
    const one = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        answers.push(await redeemed(couponId, next.guest, next.at));
        await sleep(10);
      }
    };
    await Promise.all(Array.from({ length: 8 }, one));
    return answers;
  };

  /** What the row that decides said each time, in the order of its revisions. */
  const stocksOf = async (couponId: string, count: number): Promise<CouponStock[]> => {
    const topics = ['redemption.redemption.v1', 'redemption.cap.v1'] as const;
    const records = await Promise.all(topics.map((topic) => system.namespace.collect(topic)));
    return eventually(
      () => {
        const told = records.flat().map(({ data }) => data as { couponId: string; stock: CouponStock });
        const own = told.filter((fact) => fact.couponId === couponId);
        if (own.length !== count) throw new Error(`${own.length} of ${count} facts`);
        return own
          .map(({ stock }) => stock)
          .sort((one, other) => one.revision - other.revision || one.redeemed - other.redeemed);
      },
      { timeoutMs: 30_000 },
    );
  };

  it.each([1, 2, 3])(
    'is never exceeded, and each wish is decided once, by what was redeemed then: crowd %i',
    async () => {
      const { couponId } = await cafe.publish({ maxRedemptions: firstCap });
      const crowdIsDone = everybodyRedeems(couponId);
      const decisions: CapRequestView[] = [];
      for (const wish of wishes) {
        const seen = (await cafe.readCoupon(couponId)).redeemed;
        const decision = await asked(couponId, wish === null ? null : Math.max(1, seen + wish));
        if (decision === null) break;
        decisions.push(decision);
      }
      const answers = await crowdIsDone;
      const accepted = answers.filter(({ status }) => status === 201).length;
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused.map(({ body }) => body['code']).filter((code) => code !== 'sold_out')).toEqual([]);

      const stocks = await stocksOf(couponId, accepted + decisions.length);
      for (const { redeemed: count, max } of stocks) expect(count).toBeLessThanOrEqual(max ?? Infinity);
      const last = stocks.at(-1);
      expect(last?.redeemed).toBe(accepted);
      // Nobody is turned away while something is left, unless the cap was lowered to what was gone.
      if (refused.length > 0) expect(last).toMatchObject({ finished: true });
      const applied = decisions.filter(({ state }) => state === 'applied');
      expect(applied.length).toBeGreaterThan(0);
      expect(last?.max).toBe(applied.at(-1)?.maxRedemptions);
      for (const { reason } of decisions.filter(({ state }) => state === 'refused'))
        expect(['below_redeemed', 'finished']).toContain(reason);

      const sql = `SELECT count(*)::int AS n FROM redemption WHERE tenant_id = $1 AND coupon_id = $2`;
      expect(await system.databases.redemption.rows(cafe.tenantId, sql, [cafe.tenantId, couponId])).toEqual([
        { n: accepted },
      ]);
      await eventually(async () =>
        expect(await cafe.readCoupon(couponId)).toMatchObject({
          redeemed: accepted,
          maxRedemptions: last?.max ?? null,
          ...(last?.finished && { status: 'finished', finishedReason: 'max_redemptions' }),
        }),
      );
    },
    120_000,
  );

  it('lowered to what is redeemed finishes the coupon at once, and is not raised again', async () => {
    const { couponId } = await cafe.publish({ maxRedemptions: firstCap });
    const [first, second] = cafe.followers as [Guest, Guest];
    expect((await cafe.redeem(couponId, first)).status).toBe(201);
    expect(await asked(couponId, 1)).toMatchObject({ state: 'applied' });
    expect((await cafe.redeem(couponId, second)).body['code']).toBe('sold_out');
    await eventually(async () =>
      expect(await cafe.readCoupon(couponId)).toMatchObject({
        status: 'finished',
        finishedReason: 'max_redemptions',
        maxRedemptions: 1,
      }),
    );
    const body = { maxRedemptions: 5 };
    const again = await call('POST', addressOf(couponId), { token: cafe.ownerToken, body });
    expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  }, 60_000);
});
