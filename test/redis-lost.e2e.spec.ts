import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem } from '#contracts';
import { eventually } from '#testkit';
import { couponKeys } from '../services/redemption/src/redis/gate-keys.js';
import { type Cafe, type Guest, openCafe } from './system/cafe.js';
import { type MortalRedis, startMortalRedis } from './system/mortal-redis.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const cap = 300;

describe('Redis dies in the middle of redemptions and comes back empty', () => {
  let redis: MortalRedis;
  let system: WholeSystem;
  let cafe: Cafe;
  let couponId: string;
  let waiting: Guest[];
  beforeAll(async () => {
    redis = await startMortalRedis();
    system = await startWholeSystem({ redemptionProcesses: 2, redisUrl: redis.url });
    cafe = await openCafe(system, { followers: 500 });
    ({ couponId } = await cafe.publish({ maxRedemptions: cap }));
    waiting = [...cafe.followers];
  }, 180_000);
  afterAll(async () => {
    await system?.stop();
    await redis?.stop();
  }, 60_000);

  /** The next `count` guests, 20 at a time, through both processes; statuses and codes by number. */
  const redeem = async (count: number, onAnswer: (n: number) => Promise<void> | void = () => undefined) => {
    const answers: Record<string, number> = {};
    const guests = waiting.splice(0, count);
    const ways = system.processes.redemption.map(({ url }) => url);
    let answered = 0;
    const one = async (): Promise<void> => {
      for (let guest = guests.shift(); guest !== undefined; guest = guests.shift()) {
        const at = ways[guests.length % ways.length] ?? '';
        const { status, body } = await cafe.redeem(couponId, guest, { at });
        const outcome = status === 201 ? 'accepted' : problem.parse(body).code;
        answers[outcome] = (answers[outcome] ?? 0) + 1;
        await onAnswer((answered += 1));
      }
    };
    await Promise.all(Array.from({ length: 20 }, one));
    return answers;
  };
  const redeemedInRedis = async (): Promise<string | undefined> => {
    const [total = ''] = couponKeys(
      (name) => `${system.namespace.namespace}:${name}`,
      cafe.tenantId,
      couponId,
    );
    return (await redis.hash(total))['redeemed'];
  };

  it('counts in Redis what is committed', async () => {
    expect(await redeem(50)).toEqual({ accepted: 50 });
    await eventually(async () => expect(await redeemedInRedis()).toBe('50'));
  });

  it('goes on redeeming while Redis is killed under it, and without Redis', async () => {
    const answers = await redeem(150, async (n) => {
      if (n === 40) await redis.kill();
    });
    expect(answers).toEqual({ accepted: 150 });
  });

  it('fills the empty Redis from PostgreSQL when it is back', async () => {
    await redis.start();
    await eventually(async () => expect(await redeemedInRedis()).toBe('200'), { timeoutMs: 30_000 });
  });

  it('holds the cap over all of it', async () => {
    expect(await redeem(300)).toEqual({ accepted: 100, sold_out: 200 });
    const sql = 'SELECT count(*)::int AS n FROM redemption WHERE tenant_id = $1 AND coupon_id = $2';
    const rows = await system.databases.redemption.rows(cafe.tenantId, sql, [cafe.tenantId, couponId]);
    expect(rows).toEqual([{ n: cap }]);
    await eventually(async () => expect((await cafe.readCoupon(couponId)).redeemed).toBe(cap));
  });
});
