import { Injectable } from '@nestjs/common';
import { Metrics } from '#platform';
import { CouponMemory } from '../memory/coupon-memory.js';

/** Counters kept at most: one per coupon and code of the minute, of which a coupon has some two dozen. */
const MOST_COUNTERS = 50_000;

/** So many refusals of one coupon, for one reason. */
export interface RefusalCount {
  readonly tenantId: string;
  readonly couponId: string;
  readonly channelId: string;
  /** Problem code. */
  readonly code: string;
  count: number;
}

/**
 * How often this process has refused since it was last asked. Nothing is written, read or timed where a redemption is
 * answered: a look into memory and an addition.
 */
@Injectable()
export class RefusalCounts {
  private counters = new Map<string, RefusalCount>();
  private readonly lost;

  constructor(
    private readonly memory: CouponMemory,
    metrics: Metrics,
  ) {
    this.lost = metrics.counter(
      'redemption_refusals_uncounted_total',
      'Refusals that analytics will not see: too many coupons at once, or a process that could not tell of them',
    );
    this.lost.inc(0);
  }

  get size(): number {
    return this.counters.size;
  }

  /** Of coupons that this process knows: ids made up by strangers have no counter. */
  count(tenantId: string, couponId: string, code: string): void {
    const key = `${couponId}/${code}/${tenantId}`;
    const counter = this.counters.get(key);
    if (counter !== undefined) {
      counter.count += 1;
      return;
    }
    const coupon = this.memory.get(tenantId, couponId);
    if (coupon !== undefined)
      this.put(key, { tenantId, couponId, channelId: coupon.channelId, code, count: 1 });
  }

  /** Hands the counters over and begins anew. */
  take(): RefusalCount[] {
    const taken = [...this.counters.values()];
    this.counters = new Map();
    return taken;
  }

  /** Refusals that could not be told of. */
  lose(counts: readonly RefusalCount[]): void {
    this.lost.inc(counts.reduce((sum, { count }) => sum + count, 0));
  }

  private put(key: string, counter: RefusalCount): void {
    if (this.counters.size >= MOST_COUNTERS) this.lose([counter]);
    else this.counters.set(key, counter);
  }
}
