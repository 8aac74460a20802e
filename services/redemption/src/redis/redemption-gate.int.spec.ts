import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { Log, Metrics, type RedisConnection } from '#platform';
import { newId } from '#testkit';
import { OwnRedis } from '../../test/own-redis.js';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { RedemptionConfig } from '../config.js';
import type { Coupon, Stock } from '../domain/coupon.js';
import { type Committed, RedemptionGate } from './redemption-gate.js';

let redis: OwnRedis;
let client: ReturnType<typeof createClient>;
let gate: RedemptionGate;
const epoch = 'epoch-1';
/** Longer than in production: a busy machine shall not look like a dead Redis. */
const config = { REDEMPTION_REDIS_TIMEOUT_MS: 500 } as RedemptionConfig;

beforeAll(async () => {
  redis = await OwnRedis.start();
  client = createClient({ url: redis.url });
  client.on('error', () => undefined);
  await client.connect();
});
afterAll(async () => {
  client.destroy();
  await redis.stop();
});
beforeEach(async () => {
  await client.flushAll();
  gate = gateOf(epoch);
});

function gateOf(knownEpoch: string): RedemptionGate {
  const connection = { client, key: (name: string) => `test:${name}` } as unknown as RedisConnection;
  const made = new RedemptionGate(connection, config, new Log({ level: 'silent' }), new Metrics());
  made.epoch = knownEpoch;
  made.breaker.close();
  return made;
}

function limited(stock: Partial<Stock>, perUserCap: number | null = null): Coupon {
  return aKnownCoupon({ perUserCap, stock });
}

const committed = (coupon: Coupon, over: Partial<Stock> = {}, users: Committed['users'] = []): Committed => ({
  tenantId: coupon.tenantId,
  couponId: coupon.couponId,
  perUserCap: coupon.perUserCap,
  stock: { ...coupon.stock, ...over },
  users,
});

async function ask(coupon: Coupon, userIds: string[], through = gate) {
  const { verdicts, holds } = await through.admit(coupon.tenantId, [{ couponId: coupon.couponId, userIds }]);
  return { verdicts: verdicts.get(coupon.couponId), hold: holds.get(coupon.couponId) };
}

const write = (one: Committed, hold?: string): Promise<void> =>
  gate.settle([one], new Map(hold === undefined ? [] : [[one.couponId, hold]]));

describe('admitting', () => {
  it('says nothing of a coupon that it does not know', async () => {
    expect(await ask(limited({ max: 1 }), ['a'])).toEqual({ verdicts: undefined, hold: undefined });
    expect(gate.isAway).toBe(false);
  });

  it('refuses by what is committed', async () => {
    const coupon = limited({ max: 2 });
    await write(committed(coupon, { redeemed: 2, finished: true, revision: 3 }));
    expect((await ask(coupon, ['a', 'b'])).verdicts).toEqual(['refused', 'refused']);
  });

  it('refuses a user by committed uses, and nobody else', async () => {
    const coupon = limited({ max: 9 }, 2);
    const [full, half] = [newId(), newId()];
    const users = [
      { userId: full, uses: 2 },
      { userId: half, uses: 1 },
    ];
    await write(committed(coupon, { redeemed: 3, revision: 4 }, users));
    expect((await ask(coupon, [full, half, newId()])).verdicts).toEqual(['refused', 'admitted', 'admitted']);
  });

  it('never refuses for places that are only held: those who may not fit go last', async () => {
    const coupon = limited({ max: 3 });
    await write(committed(coupon));
    const first = await ask(coupon, ['a', 'b']);
    expect(first.verdicts).toEqual(['admitted', 'admitted']);
    expect((await ask(coupon, ['c', 'd'])).verdicts).toEqual(['admitted', 'contended']);
    expect((await ask(coupon, ['e'])).verdicts).toEqual(['contended']);
  });

  it('frees the places of a batch that came back, whatever it sold', async () => {
    const coupon = limited({ max: 2 });
    await write(committed(coupon));
    const { hold } = await ask(coupon, ['a', 'b']);
    await write(committed(coupon), hold);
    expect((await ask(coupon, ['c', 'd'])).verdicts).toEqual(['admitted', 'admitted']);
  });

  it('frees the places of a batch that never came back, by time', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon));
    await ask(coupon, ['a']);
    const key = `test:redemption:${coupon.tenantId}:{c:${coupon.couponId}}:holds`;
    const [held] = await client.zRangeWithScores(key, 0, -1);
    expect(held?.score).toBeGreaterThan(Date.now());
    expect(await client.pTTL(key)).toBeGreaterThan(0);
    await client.zAdd(key, { score: Date.now() - 1, value: held?.value ?? '' });
    expect((await ask(coupon, ['b'])).verdicts).toEqual(['admitted']);
  });

  it('takes the limits that stand in Redis, not those that a caller remembers', async () => {
    const coupon = limited({ max: 5 }, 1);
    const userId = newId();
    const uses = [{ userId, uses: 1 }];
    await write(committed({ ...coupon, perUserCap: 3 }, { redeemed: 1, revision: 2 }, uses));
    expect((await ask(coupon, [userId])).verdicts).toEqual(['admitted']);
  });
});

describe('settling', () => {
  it('ignores what is older than what stands there', async () => {
    const coupon = limited({ max: 10 }, 3);
    const userId = newId();
    await write(committed(coupon, { redeemed: 6, revision: 7 }, [{ userId, uses: 3 }]));
    await write(committed(coupon, { redeemed: 2, revision: 3 }, [{ userId, uses: 1 }]));
    expect(await gate.total(coupon.tenantId, coupon.couponId)).toMatchObject({ redeemed: 6, revision: 7 });
    expect((await ask(coupon, [userId])).verdicts).toEqual(['refused']);
  });

  it('is absolute: twice is once', async () => {
    const coupon = limited({ max: 10 });
    const done = committed(coupon, { redeemed: 4, revision: 5 });
    await write(done);
    await write(done);
    expect((await gate.total(coupon.tenantId, coupon.couponId))?.redeemed).toBe(4);
  });

  it('lets go of coupons that nobody uses any more', async () => {
    const coupon = limited({ max: 10 }, 1);
    await write(committed(coupon, {}, [{ userId: newId(), uses: 1 }]));
    const keys = await client.keys('test:*');
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(3_600_000);
  });

  it('keeps the keys of one coupon in one slot', async () => {
    const coupon = limited({ max: 10 }, 1);
    await write(committed(coupon, {}, [{ userId: newId(), uses: 1 }]));
    await ask(coupon, ['a']);
    const keys = await client.keys('test:*');
    expect(keys).toHaveLength(3);
    expect(new Set(keys.map((key) => /\{(.+)\}/.exec(key)?.[1])).size).toBe(1);
  });
});

describe('epochs', () => {
  it('neither reads nor writes what stands under another, and notes it for the next probe', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon, { redeemed: 1, finished: true, revision: 2 }));
    const behind = gateOf('epoch-0');
    expect((await ask(coupon, ['a'], behind)).verdicts).toBeUndefined();
    expect(behind.takeStrays()).toHaveLength(1);
    const writer = gateOf('epoch-0');
    await writer.settle([committed(coupon, { redeemed: 0, revision: 99 })], new Map());
    expect(await gate.total(coupon.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1, revision: 2 });
  });

  it('a rebuild drops holds, users and numbers of the old one', async () => {
    const coupon = limited({ max: 3, redeemed: 1, revision: 2 }, 1);
    const userId = newId();
    await write(committed(coupon, { redeemed: 3, finished: true, revision: 9 }, [{ userId, uses: 1 }]));
    await gate.rebuild(coupon, 'epoch-2');
    const after = gateOf('epoch-2');
    expect((await ask(coupon, [userId, 'b', 'c'], after)).verdicts).toEqual([
      'admitted',
      'admitted',
      'contended',
    ]);
  });

  it('a rebuild does not overwrite what is newer under its own epoch', async () => {
    const coupon = limited({ max: 3, redeemed: 1, revision: 2 });
    await gate.rebuild({ ...coupon, stock: { ...coupon.stock, redeemed: 2, revision: 3 } }, 'epoch-2');
    await gate.rebuild(coupon, 'epoch-2');
    expect(await gate.total(coupon.tenantId, coupon.couponId)).toMatchObject({ redeemed: 2, revision: 3 });
  });
});

describe('a Redis that fails', () => {
  it('is asked once and then passed by, until a probe closes the breaker', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon));
    redis.freeze();
    try {
      const begun = Date.now();
      expect((await ask(coupon, ['a'])).verdicts).toBeUndefined();
      expect(gate.isAway).toBe(true);
      for (let n = 0; n < 100; n += 1) await ask(coupon, ['a']);
      // 101 waits would be fifty seconds.
      expect(Date.now() - begun).toBeLessThan(10_000);
      expect(gate.breaker.failureCount).toBe(1);
    } finally {
      redis.thaw();
    }
    gate.breaker.close();
    // What was sent before the freeze has run by now, unheard: the place it holds makes way for nobody until it runs out.
    expect((await ask(coupon, ['a'])).verdicts).toEqual(['contended']);
  });

  it('forgets scripts without anybody noticing', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon));
    await client.scriptFlush();
    expect((await ask(coupon, ['a'])).verdicts).toEqual(['admitted']);
  });
});

describe('a coupon under another epoch', () => {
  const stray = limited({ max: 2, redeemed: 1, revision: 2 });

  beforeEach(async () => {
    await gateOf('epoch-0').settle([committed(stray)], new Map());
  });

  it('goes ungated alone: the others are still asked for', async () => {
    const other = limited({ max: 1 });
    await write(committed(other, { redeemed: 1, finished: true, revision: 2 }));
    expect((await ask(stray, ['a'])).verdicts).toBeUndefined();
    await write(committed(stray, { redeemed: 2, finished: true, revision: 3 }));
    expect(gate.isAway).toBe(false);
    expect((await ask(other, ['a'])).verdicts).toEqual(['refused']);
  });

  it('is noted once and is gated again when it has been written anew', async () => {
    await ask(stray, ['a']);
    await ask(stray, ['b']);
    expect(gate.takeStrays()).toEqual([{ tenantId: stray.tenantId, couponId: stray.couponId }]);
    expect(gate.takeStrays()).toEqual([]);
    await gate.catchUp(stray);
    expect((await ask(stray, ['a'])).verdicts).toEqual(['admitted']);
  });
});
