import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { Log, Metrics, type RedisConnection } from '#platform';
import { newId } from '#testkit';
import { OwnRedis } from '../../test/own-redis.js';
import { aKnownCoupon } from '../../test/redemption-fixture.js';
import type { RedemptionConfig } from '../config.js';
import type { Coupon, Stock } from '../domain/coupon.js';
import type { Committed } from './gate-entries.js';
import { RedemptionGate } from './redemption-gate.js';

let redis: OwnRedis;
let client: ReturnType<typeof createClient>;
let gate: RedemptionGate;
const epoch = 'epoch-1';
/** Longer than in production: a busy machine shall not look like a dead Redis. */
const config = { REDEMPTION_REDIS_TIMEOUT_MS: 500, REDEMPTION_MAX_BATCH: 128 } as RedemptionConfig;

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
  const answer = await through.admit(coupon.tenantId, [{ couponId: coupon.couponId, userIds }]);
  return answer.get(coupon.couponId);
}

const write = (one: Committed): Promise<void> => gate.settle([one]);

describe('admitting', () => {
  it('says nothing of a coupon that it does not know', async () => {
    expect(await ask(limited({ max: 1 }), ['a'])).toBeUndefined();
    expect(gate.isAway).toBe(false);
  });

  it('refuses by what is committed', async () => {
    const coupon = limited({ max: 2 });
    await write(committed(coupon, { redeemed: 2, finished: true, revision: 3 }));
    expect(await ask(coupon, ['a', 'b'])).toEqual(['refused', 'refused']);
  });

  it('refuses a user by committed uses, and nobody else', async () => {
    const coupon = limited({ max: 9 }, 2);
    const [full, half] = [newId(), newId()];
    const users = [
      { userId: full, uses: 2 },
      { userId: half, uses: 1 },
    ];
    await write(committed(coupon, { redeemed: 3, revision: 4 }, users));
    expect(await ask(coupon, [full, half, newId()])).toEqual(['refused', 'admitted', 'admitted']);
  });

  it('refuses nobody for what others are about to take', async () => {
    const coupon = limited({ max: 3, redeemed: 2, revision: 2 });
    await write(committed(coupon));
    expect(await ask(coupon, ['a', 'b'])).toEqual(['admitted', 'admitted']);
    expect(await ask(coupon, ['c'])).toEqual(['admitted']);
    expect(await client.keys('test:*')).toHaveLength(1);
  });

  it('refuses whoever cools down, by the time limit of when it was written, and nobody else', async () => {
    const coupon = limited({ max: 9 });
    const [cooling, over, never] = [newId(), newId(), newId()];
    const now = Date.now();
    const users = [
      { userId: cooling, uses: 1, lastAt: now },
      { userId: over, uses: 1, lastAt: now - 3_600_001 },
      { userId: never, uses: 0, lastAt: null },
    ];
    await write({ ...committed(coupon, { redeemed: 2, revision: 3 }, users), timeLimitMs: 3_600_000 });
    expect(await ask(coupon, [cooling, over, never])).toEqual(['refused', 'admitted', 'admitted']);
  });

  it('takes the limits that stand in Redis, not those that a caller remembers', async () => {
    const coupon = limited({ max: 5 }, 1);
    const userId = newId();
    const uses = [{ userId, uses: 1 }];
    await write(committed({ ...coupon, perUserCap: 3 }, { redeemed: 1, revision: 2 }, uses));
    expect(await ask(coupon, [userId])).toEqual(['admitted']);
  });
});

describe('engaging', () => {
  it('asks about the last units, about what is finished, and about nothing without a limit', () => {
    expect(gate.engages(limited({}))).toBe(false);
    expect(gate.engages(limited({ max: 2_560 }))).toBe(true);
    expect(gate.engages(limited({ max: 2_561 }))).toBe(false);
    expect(gate.engages(limited({ max: 9_999, redeemed: 7_439 }))).toBe(true);
    expect(gate.engages(limited({ max: 9_999, finished: true }))).toBe(true);
  });

  it('asks while many are refused for numbers, and no longer when they are not', () => {
    const coupon = limited({}, 1);
    expect(gate.engages(coupon)).toBe(false);
    gate.noteDecided(coupon, 100, 50);
    expect(gate.engages(coupon)).toBe(true);
    expect(gate.engages(limited({}))).toBe(false);
    for (let n = 0; n < 50; n += 1) gate.noteDecided(coupon, 100, 0);
    expect(gate.engages(coupon)).toBe(false);
  });
});

describe('settling', () => {
  it('ignores what is older than what stands there', async () => {
    const coupon = limited({ max: 10 }, 3);
    const userId = newId();
    await write(committed(coupon, { redeemed: 6, revision: 7 }, [{ userId, uses: 3 }]));
    await write(committed(coupon, { redeemed: 2, revision: 3 }, [{ userId, uses: 1 }]));
    expect(await gate.total(coupon.tenantId, coupon.couponId)).toMatchObject({ redeemed: 6, revision: 7 });
    expect(await ask(coupon, [userId])).toEqual(['refused']);
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
    expect(keys).toHaveLength(2);
    expect(new Set(keys.map((key) => /\{(.+)\}/.exec(key)?.[1])).size).toBe(1);
  });
});

describe('epochs', () => {
  it('neither reads nor writes what stands under another, and notes it for the next probe', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon, { redeemed: 1, finished: true, revision: 2 }));
    const behind = gateOf('epoch-0');
    expect(await ask(coupon, ['a'], behind)).toBeUndefined();
    expect(behind.takeStrays()).toHaveLength(1);
    const writer = gateOf('epoch-0');
    await writer.settle([committed(coupon, { redeemed: 0, revision: 99 })]);
    expect(await gate.total(coupon.tenantId, coupon.couponId)).toMatchObject({ redeemed: 1, revision: 2 });
  });

  it('a rebuild drops holds, users and numbers of the old one', async () => {
    const coupon = limited({ max: 3, redeemed: 1, revision: 2 }, 1);
    const userId = newId();
    await write(committed(coupon, { redeemed: 3, finished: true, revision: 9 }, [{ userId, uses: 1 }]));
    await gate.rebuild(coupon, 'epoch-2');
    const after = gateOf('epoch-2');
    expect(await ask(coupon, [userId, 'b', 'c'], after)).toEqual(['admitted', 'admitted', 'admitted']);
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
      expect(await ask(coupon, ['a'])).toBeUndefined();
      expect(gate.isAway).toBe(true);
      for (let n = 0; n < 100; n += 1) await ask(coupon, ['a']);
      // Nobody of the hundred waited: each wait would have been a failure.
      expect(gate.breaker.failureCount).toBe(1);
    } finally {
      redis.thaw();
    }
    gate.breaker.close();
    expect(await ask(coupon, ['a'])).toEqual(['admitted']);
  });

  it('forgets scripts without anybody noticing', async () => {
    const coupon = limited({ max: 1 });
    await write(committed(coupon));
    await client.scriptFlush();
    expect(await ask(coupon, ['a'])).toEqual(['admitted']);
  });
});

describe('a coupon under another epoch', () => {
  const stray = limited({ max: 2, redeemed: 1, revision: 2 });

  beforeEach(async () => {
    await gateOf('epoch-0').settle([committed(stray)]);
  });

  it('goes ungated alone: the others are still asked for', async () => {
    const other = limited({ max: 1 });
    await write(committed(other, { redeemed: 1, finished: true, revision: 2 }));
    expect(await ask(stray, ['a'])).toBeUndefined();
    await write(committed(stray, { redeemed: 2, finished: true, revision: 3 }));
    expect(gate.isAway).toBe(false);
    expect(await ask(other, ['a'])).toEqual(['refused']);
  });

  it('is noted once and is gated again when it has been written anew', async () => {
    await ask(stray, ['a']);
    await ask(stray, ['b']);
    expect(gate.takeStrays()).toEqual([{ tenantId: stray.tenantId, couponId: stray.couponId }]);
    expect(gate.takeStrays()).toEqual([]);
    await gate.catchUp(stray);
    expect(await ask(stray, ['a'])).toEqual(['admitted']);
  });
});
