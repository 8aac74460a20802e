import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { Clock, type Metrics, type Principal, type RedisConnection } from '#platform';
import { newId, testNamespace, type TestNamespace } from '#testkit';
import type { RedemptionConfig } from '../config.js';
import { FailedCodes } from './failed-codes.js';

class SetClock extends Clock {
  ms = Date.now();
  override now(): Date {
    return new Date(this.ms);
  }
}

let namespace: TestNamespace;
let client: ReturnType<typeof createClient>;
let clock: SetClock;
let isRedisThere: boolean;
beforeAll(async () => {
  namespace = await testNamespace();
  client = createClient({ url: namespace.env['REDIS_URL'] ?? '' });
  await client.connect();
});
beforeEach(() => {
  clock = new SetClock();
  isRedisThere = true;
});
afterAll(async () => {
  client?.destroy();
  await namespace?.stop();
});

/** One process; Redis is the run's own, under the test's prefix. */
function aProcess(bounds = { caller: 3, tenant: 5 }): FailedCodes {
  const redis = {
    client,
    get isReady() {
      return isRedisThere;
    },
    key: (name: string) => `${namespace.env['NAMESPACE']}:${name}`,
  } as unknown as RedisConnection;
  const config = {
    REDEMPTION_CODE_FAILURES: bounds.caller,
    REDEMPTION_CODE_FAILURES_TENANT: bounds.tenant,
  } as RedemptionConfig;
  const metrics = { counter: () => ({ inc: () => undefined }) } as unknown as Metrics;
  return new FailedCodes(redis, clock, config, metrics);
}

function somebody(tenantId = newId()): Principal {
  return { tenantId, subject: newId(), role: 'end_user', channels: [], expiresAt: 0 };
}

const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let n = 0; n < count; n += 1) results.push(await work());
  return results;
};

describe.each(['with Redis', 'without Redis'])('codes that were not genuine, %s', (how) => {
  beforeEach(() => {
    isRedisThere = how === 'with Redis';
  });

  it('are answered as such up to the bound, and then with the time to wait', async () => {
    const [failed, caller] = [aProcess(), somebody()];
    expect(await times(3, () => failed.add(caller))).toEqual([undefined, undefined, undefined]);
    expect(await failed.wait(caller)).toBe(600);
    expect(await failed.add(caller)).toBe(600);
    expect(await failed.wait(somebody(caller.tenantId))).toBeUndefined();
    expect(await failed.wait({ ...caller, tenantId: newId() })).toBeUndefined();
  });

  it('of a whole tenant hold up those who failed, and nobody else', async () => {
    const failed = aProcess({ caller: 100, tenant: 5 });
    const callers = Array.from({ length: 5 }, () => somebody());
    const tenantId = callers[0]?.tenantId ?? '';
    for (const { subject } of callers) await failed.add({ ...somebody(tenantId), subject });
    expect(await failed.wait({ ...somebody(tenantId), subject: callers[0]?.subject ?? '' })).toBe(600);
    expect(await failed.wait(somebody(tenantId))).toBeUndefined();
    const late = somebody(tenantId);
    // The first failure is told as such; from then on this one waits with the others.
    expect(await failed.add(late)).toBeUndefined();
    expect(await failed.wait(late)).toBe(600);
    expect(await failed.add(late)).toBe(600);
  });
});

describe('counting', () => {
  it('is one for all processes while Redis is there', async () => {
    const [one, two, caller] = [aProcess(), aProcess(), somebody()];
    await times(2, () => one.add(caller));
    await two.add(caller);
    expect([await one.wait(caller), await two.wait(caller)]).toEqual([600, 600]);
  });

  it('goes on from where it was when Redis goes away', async () => {
    const [failed, caller] = [aProcess(), somebody()];
    await times(3, () => failed.add(caller));
    isRedisThere = false;
    expect(await failed.wait(caller)).toBe(600);
    expect(await aProcess().wait(caller)).toBeUndefined();
  });

  it('is forgotten after ten minutes', async () => {
    isRedisThere = false;
    const [failed, caller] = [aProcess(), somebody()];
    await times(3, () => failed.add(caller));
    clock.ms += 599_001;
    expect(await failed.wait(caller)).toBe(1);
    clock.ms += 999;
    expect(await failed.wait(caller)).toBeUndefined();
    expect(await failed.add(caller)).toBeUndefined();
  });

  it('in Redis does not outlive its window either', async () => {
    const [failed, caller] = [aProcess(), somebody()];
    await failed.add(caller);
    const keys = await client.keys(`*${caller.tenantId}*`);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(0);
  });

  it('tells a burst sent at once of so many failures and no more', async () => {
    const [failed, caller] = [aProcess(), somebody()];
    const told = await Promise.all(Array.from({ length: 20 }, () => failed.add(caller)));
    expect(told.filter((wait) => wait === undefined)).toHaveLength(3);
  });

  it('does not forget a tenant while it forgets its callers', async () => {
    isRedisThere = false;
    const failed = aProcess({ caller: 1_000_000, tenant: 10_010 });
    const tenantId = newId();
    let last = somebody(tenantId);
    for (let n = 0; n < 10_010; n += 1) await failed.add((last = somebody(tenantId)));
    expect(await failed.wait(last)).toBe(600);
  });

  it('remembers so many names and no more', async () => {
    isRedisThere = false;
    const failed = aProcess({ caller: 1, tenant: 1_000_000 });
    const first = somebody();
    await failed.add(first);
    expect(await failed.wait(first)).toBe(600);
    for (let n = 0; n < 10_001; n += 1) await failed.add(somebody(first.tenantId));
    expect(await failed.wait(first)).toBeUndefined();
  });
});
