import { expect, it } from '@jest/globals';
import { Log, type RedisConnection } from '#platform';
import { newId } from '#testkit';
import { Breaker } from '../redis/breaker.js';
import type { RedemptionGate } from '../redis/redemption-gate.js';
import type { RebuildGate } from './rebuild-gate.js';
import { WatchGate } from './watch-gate.js';

it('has coupons that stand under another epoch written anew once the epoch in force is known', async () => {
  const stray = { tenantId: newId(), couponId: newId() };
  const mended: unknown[] = [];
  const gate = { epoch: undefined as string | undefined, breaker: new Breaker(), takeStrays: () => [stray] };
  const client = { get: async () => 'epoch-2@run1', info: async () => 'run_id:run1' };
  const rebuild = { mend: async (strays: unknown[]) => void mended.push(gate.epoch, ...strays) };
  await new WatchGate(
    { client, key: (name: string) => name } as unknown as RedisConnection,
    gate as unknown as RedemptionGate,
    rebuild as unknown as RebuildGate,
    new Log({ level: 'silent' }),
  ).run();
  expect(mended).toEqual(['epoch-2', stray]);
});
