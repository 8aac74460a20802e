import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually, testNamespace, type TestNamespace } from '#testkit';
import { ServiceIdentity } from '../database/service-identity.js';
import { HealthChecks } from '../health/health-checks.js';
import { testConfig } from '../http/testing/edge-app.js';
import { classifyError } from '../kafka/classify-error.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { RedisConnection, reconnectDelay } from './redis-connection.js';
import { RedisScript } from './redis-script.js';

const log = new Log({ level: 'silent' });

describe('Redis', () => {
  let namespace: TestNamespace;
  let folder: string;
  let here: string;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    namespace = await testNamespace({ only: [] });
    folder = mkdtempSync(join(tmpdir(), 'scripts-'));
    here = pathToFileURL(join(folder, 'module.js')).href;
    const script = `-- KEYS: counter, limit. ARGV: step. Output: {counter, limit}
      return { redis.call('INCRBY', KEYS[1], ARGV[1]), redis.call('GET', KEYS[2]) or 'none' }`;
    writeFileSync(join(folder, 'count-2.lua'), script);
    writeFileSync(join(folder, 'broken-0.lua'), 'return redis.call("NOSUCH")');
    writeFileSync(join(folder, 'nameless.lua'), 'return 1');
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await namespace?.stop();
  });

  function connection(url = namespace.redisUrl): RedisConnection {
    const config = testConfig({ ...namespace.env, REDIS_URL: url });
    const shutdown = new Shutdown(new HealthChecks(), log);
    const redis = new RedisConnection(config, new ServiceIdentity('redemption'), log, shutdown);
    redis.onApplicationBootstrap();
    ends.push(() => shutdown.run(0));
    return redis;
  }
  const ready = async (redis: RedisConnection) => {
    await eventually(() => expect(redis.isReady).toBe(true), { everyMs: 10 });
    return redis;
  };

  it('runs a script by its digest, and sends its text only where the server does not have it', async () => {
    const redis = await ready(connection());
    const count = RedisScript.load(here, 'count-2.lua');
    const keys = [redis.key('{c}:counter'), redis.key('{c}:limit')];
    const asked: string[] = [];
    const watched = {
      eval: (...args: Parameters<typeof redis.client.eval>) => (
        asked.push('eval'),
        redis.client.eval(...args)
      ),
      evalSha: (...args: Parameters<typeof redis.client.evalSha>) => (
        asked.push('sha'),
        redis.client.evalSha(...args)
      ),
    } as typeof redis.client;
    await redis.client.scriptFlush();
    expect(await count.run(watched, keys, ['2'])).toEqual([2, 'none']);
    expect(await count.run(watched, keys, ['3'])).toEqual([5, 'none']);
    expect(asked).toEqual(['sha', 'eval', 'sha']);
    expect(await redis.client.get(`${namespace.namespace}:{c}:counter`)).toBe('5');
  });

  it('refuses another number of keys than its name says, and a name without one', async () => {
    const redis = await ready(connection());
    const count = RedisScript.load(here, 'count-2.lua');
    await expect(count.run(redis.client, ['one'], [])).rejects.toThrow(/takes 2 keys, not 1/);
    expect(() => RedisScript.load(here, 'nameless.lua')).toThrow(/key count/);
    expect(() => RedisScript.load(here, 'absent-1.lua')).toThrow(/ENOENT/);
  });

  it("gives a script's own error, once", async () => {
    const redis = await ready(connection());
    await expect(RedisScript.load(here, 'broken-0.lua').run(redis.client, [], [])).rejects.toThrow(
      /Unknown Redis command/,
    );
  });

  it('starts while Redis is away, fails at once meanwhile, and is back by itself', async () => {
    const proxy = await redisProxy();
    await proxy.close();
    const redis = connection(proxy.url);
    const start = performance.now();
    const failure = await redis.client.get('k').catch((error: unknown) => error);
    // A command that waited for the connection would wait for ever.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(classifyError(failure)).toBe('infrastructure');
    await proxy.open();
    await ready(redis);
    expect(await redis.client.get(redis.key('nothing'))).toBeNull();
    await proxy.close();
    await eventually(() => expect(redis.isReady).toBe(false));
    await proxy.open();
    await ready(redis);
  });

  it('waits 50 ms for a frozen Redis, then not at all, and is back when it thaws', async () => {
    const proxy = await redisProxy();
    const redis = await ready(connection(proxy.url));
    const count = RedisScript.load(here, 'count-2.lua');
    const run = (limitMs?: number) =>
      count.run(redis.client, [redis.key('{f}:a'), redis.key('{f}:b')], ['1'], limitMs);
    await run();
    proxy.freeze(true);
    const start = performance.now();
    const failure = await run().catch((error: unknown) => error);
    expect(performance.now() - start).toBeGreaterThan(45);
    // Without its own limit it would wait until the connection is given up, some five seconds later.
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(classifyError(failure)).toBe('infrastructure');
    await eventually(() => expect(redis.isReady).toBe(false), { timeoutMs: 30_000 });
    const before = performance.now();
    await expect(run(60_000)).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(30_000);
    proxy.freeze(false);
    await ready(redis);
    await eventually(() => run());
  });

  it('comes back soon at first, then less often, and not all at once', () => {
    expect([0, 1, 2, 20].map((retries) => reconnectDelay(retries, 1))).toEqual([50, 100, 200, 2_000]);
    expect([0, 1, 2, 20].map((retries) => reconnectDelay(retries, 0))).toEqual([25, 50, 100, 1_000]);
  });

  /** A door to the run's Redis that can be shut or frozen. */
  async function redisProxy() {
    const target = new URL(namespace.redisUrl);
    const sockets = new Set<Socket>();
    let frozen = false;
    let server: Server | undefined;
    let port = 0;
    const { connect } = await import('node:net');
    const open = () =>
      new Promise<void>((resolve) => {
        server = createServer((inside) => {
          const outside = connect(Number(target.port), target.hostname);
          for (const [from, to] of [
            [inside, outside],
            [outside, inside],
          ] as const) {
            sockets.add(from);
            from.on('error', () => undefined).on('close', () => to.destroy());
            from.on('data', (bytes) => frozen || to.write(bytes));
          }
        }).listen(port, '127.0.0.1', () => {
          port = (server?.address() as AddressInfo).port;
          resolve();
        });
      });
    const close = () =>
      new Promise<void>((resolve) => {
        server?.close(() => resolve());
        if (!server?.listening) resolve();
        for (const socket of sockets) socket.destroy();
      });
    await open();
    ends.push(close);
    const url = new URL(target.href);
    url.port = String(port);
    return { url: url.href, open, close, freeze: (now: boolean) => void (frozen = now) };
  }
});
