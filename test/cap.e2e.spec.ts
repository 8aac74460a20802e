import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Redeemed, problem } from '#contracts';
import { eventually, newId } from '#testkit';
import { type Cafe, type Guest, openCafe } from './system/cafe.js';
import type { Answer } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const [users, cap] = [2_000, 100];

describe(`a cap of ${cap} under ${users} concurrent redemptions through two redemption processes`, () => {
  let system: WholeSystem;
  let cafe: Cafe;
  let couponId: string;
  let answers: Answer[];
  beforeAll(async () => {
    system = await startWholeSystem({ redemptionProcesses: 2 });
    cafe = await openCafe(system, { followers: users });
    ({ couponId } = await cafe.publish({ maxRedemptions: cap }));
    answers = await everybodyRedeems(couponId);
  }, 240_000);
  afterAll(() => system?.stop(), 60_000);

  /** Straight to the processes in turn: the front door would bring all of one coupon to the same one. */
  const everybodyRedeems = async (id: string): Promise<Answer[]> => {
    const ways = system.processes.redemption.map(({ url }) => url) as [string, string];
    // Both processes have fetched the issuer's keys before the crowd comes: it is served by this busy process here.
    for (const at of ways) await cafe.redeem(id, cafe.stranger, { at });
    return Promise.all(cafe.followers.map((guest, n) => untilDecided(id, guest, ways[n % 2 === 0 ? 0 : 1])));
  };
  /** On a crowded machine a 503 may come; its mend is to send the same request again with the same key. */
  const untilDecided = async (id: string, guest: Guest, at: string): Promise<Answer> => {
    const key = newId();
    for (let tries = 1; ; tries += 1) {
      const answer = await cafe.redeem(id, guest, { at, key });
      if (answer.status !== 503 || tries === 20) return answer;
      await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
    }
  };
  const accepted = (): Answer[] => answers.filter(({ status }) => status === 201);

  it('accepts exactly the cap and refuses everybody else, saying why', () => {
    expect(accepted()).toHaveLength(cap);
    const codes = new Map<string, number>();
    for (const { status, body } of answers) {
      if (status === 201) continue;
      const { code } = problem.parse(body);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(Object.fromEntries(codes)).toEqual({ sold_out: users - cap });
  });

  it('publishes one redeemed event for each', async () => {
    const records = await system.namespace.collect('redemption.redemption.v1');
    await eventually(() => expect(records).toHaveLength(cap), { timeoutMs: 30_000 });
    const told = records.map(({ data }) => (data as Redeemed).redemptionId);
    expect(told.sort()).toEqual(
      accepted()
        .map(({ body }) => String(body['redemptionId']))
        .sort(),
    );
    const counts = records.map(({ data }) => (data as Redeemed).stock.redeemed);
    expect(Math.max(...counts)).toBe(cap);
  });

  it('sends one message to each', async () => {
    const records = await system.namespace.collect('notification.message.v1');
    await eventually(() => expect(records).toHaveLength(cap), { timeoutMs: 30_000 });
    const reached = records.map(({ data }) => (data as { userId: string }).userId).sort();
    expect(reached).toEqual(
      accepted()
        .map(({ body }) => String(body['userId']))
        .sort(),
    );
  });

  it('leaves the coupon finished, in the catalog and in the one row that decides', async () => {
    await eventually(async () =>
      expect(await cafe.readCoupon(couponId)).toMatchObject({
        status: 'finished',
        finishedReason: 'max_redemptions',
        redeemed: cap,
        maxRedemptions: cap,
      }),
    );
    const sql = 'SELECT redeemed, finished FROM coupon WHERE tenant_id = $1 AND coupon_id = $2';
    const rows = await system.databases.redemption.rows(cafe.tenantId, sql, [cafe.tenantId, couponId]);
    expect(rows).toMatchObject([{ finished: true }]);
    expect(Number(rows[0]?.['redeemed'])).toBe(cap);
    const counted = 'SELECT count(*)::int AS n FROM redemption WHERE tenant_id = $1 AND coupon_id = $2';
    expect(await system.databases.redemption.rows(cafe.tenantId, counted, [cafe.tenantId, couponId])).toEqual(
      [{ n: cap }],
    );
  });

  it('finishes once', async () => {
    const records = await system.namespace.collect('redemption.coupon-exhausted.v1');
    await eventually(() => expect(records).toHaveLength(1));
  });

  it('holds a cap of half the users, too, which both processes share out between them', async () => {
    const half = await cafe.publish({ maxRedemptions: users / 2 });
    const ways = (await everybodyRedeems(half.couponId)).flatMap(({ status }, n) =>
      status === 201 ? [n % 2] : [],
    );
    expect([ways.length, new Set(ways).size]).toEqual([users / 2, 2]);
  }, 240_000);
});
