import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { Log, type RedisConnection, type TenantDatabase } from '#platform';
import type { RedemptionGate } from '../redis/redemption-gate.js';
import type { CouponFactsStore } from '../store/coupon-facts.store.js';
import type { CouponStore } from '../store/coupon.store.js';
import type { TenantJobStore } from '../store/tenant-job.store.js';
import { RebuildGate } from './rebuild-gate.js';

/** A connection as the pool hands it out: nobody listens to its errors. */
class Connection extends EventEmitter {
  readonly released: (Error | undefined)[] = [];
  async query(): Promise<{ rows: { got: boolean }[] }> {
    return { rows: [{ got: true }] };
  }
  release(error?: Error): void {
    this.released.push(error);
  }
}

it('outlives the loss of the connection that holds its lock, and gives it back as broken', async () => {
  const connection = new Connection();
  const lost = new Error('Connection terminated unexpectedly');
  const database = {
    pool: { connect: async () => connection },
    acrossTenants: async () => {
      // As the driver does it while the connection idles during the filling.
      connection.emit('error', lost);
      return [];
    },
  } as unknown as TenantDatabase;
  const redis = {
    client: { set: async () => 'OK' },
    key: (name: string) => name,
  } as unknown as RedisConnection;
  const rebuild = new RebuildGate(
    database,
    redis,
    {} as RedemptionGate,
    {} as CouponStore,
    {} as CouponFactsStore,
    {} as TenantJobStore,
    new Log({ level: 'silent' }),
  );
  await rebuild.run('run', async () => false);
  expect(connection.released).toEqual([lost]);
  expect(connection.listenerCount('error')).toBe(0);
});
