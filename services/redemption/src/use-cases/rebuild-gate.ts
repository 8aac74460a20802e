import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Log, RedisConnection, TenantDatabase } from '#platform';
import type { CouponName } from '../redis/gate-entries.js';
import { epochKey } from '../redis/gate-keys.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { CouponStore } from '../store/coupon.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

/** Any number, the same in every process of this service. */
const ADVISORY_LOCK = 8_020_191;
const COUPONS_AT_A_TIME = 200;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Fills an empty, restarted or restored Redis from the stored numbers: lock, new epoch, write, and the epoch last, so
 * that nobody reads half a rebuild. Uses per user are not written ahead: they come with the users, and until then
 * PostgreSQL knows them.
 */
@Injectable()
export class RebuildGate {
  constructor(
    private readonly database: TenantDatabase,
    private readonly redis: RedisConnection,
    private readonly gate: RedemptionGate,
    private readonly coupons: CouponStore,
    private readonly facts: CouponFactsStore,
    private readonly tenantJobs: TenantJobStore,
    private readonly log: Log,
  ) {}

  /**
   * @param runId of the Redis server to be filled; another process may be faster, then this does nothing
   * @param isDone whether Redis already has an epoch of that run
   */
  async run(runId: string, isDone: () => Promise<boolean>): Promise<void> {
    // A lock of the session, on a connection of its own: a transaction that long would hold a snapshot.
    const holder = await this.database.pool.connect();
    let broken: Error | undefined;
    // It idles while Redis is filled; a connection that is cut then tells so by an event, which nobody else hears and
    // which would end the process. The lock is gone with it; another process may begin, and both write the same numbers.
    const cut = (error: Error): void => void (broken = error);
    holder.on('error', cut);
    try {
      const { rows } = await holder.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
        ADVISORY_LOCK,
      ]);
      if (rows[0]?.got !== true) return;
      try {
        if (!(await isDone())) await this.write(runId);
      } finally {
        await holder.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK]);
      }
    } catch (error) {
      broken = error as Error;
      throw error;
    } finally {
      holder.off('error', cut);
      // After an error the connection is closed, and the lock goes with it.
      holder.release(broken);
    }
  }

  /** Writes single coupons anew that stand in Redis under another epoch than the one in force. */
  async mend(strays: readonly CouponName[]): Promise<void> {
    for (const { tenantId, couponId } of strays) {
      const coupon = await this.facts.coupon(tenantId, couponId);
      if (coupon !== undefined) await this.gate.catchUp(coupon);
    }
  }

  private async write(runId: string): Promise<void> {
    const epoch = randomUUID();
    let count = 0;
    for (const tenantId of await this.tenants()) count += await this.writeTenant(tenantId, epoch);
    await this.redis.client.set(
      epochKey((name) => this.redis.key(name)),
      `${epoch}@${runId}`,
    );
    this.log.info({ coupons: count, epoch }, 'Redis was filled from PostgreSQL');
  }

  private async writeTenant(tenantId: string, epoch: string): Promise<number> {
    let count = 0;
    for (let after = BEFORE_ALL; ;) {
      const couponIds = await this.openCoupons(tenantId, after);
      const last = couponIds.at(-1);
      if (last === undefined) return count;
      const { coupons } = await this.facts.read(tenantId, couponIds, []);
      const limited = [...coupons.values()].filter((coupon) => this.gate.engages(coupon));
      await Promise.all(limited.map((coupon) => this.gate.rebuild(coupon, epoch)));
      count += limited.length;
      after = last;
    }
  }

  private tenants(): Promise<string[]> {
    return this.database.acrossTenants((tx) => this.tenantJobs.tenants(tx, 'reconcile'));
  }

  private openCoupons(tenantId: string, after: string): Promise<string[]> {
    return this.database.read(tenantId, (tx) =>
      this.coupons.openCoupons(tx, tenantId, after, COUPONS_AT_A_TIME),
    );
  }
}
