import { Injectable } from '@nestjs/common';
import type { Coupon, Stock } from '../domain/coupon.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';

/** Coupons kept at most; one takes about half a kilobyte. */
const MAX_COUPONS = 20_000;
/** Coupons of one query at most. */
const MAX_AT_ONCE = 64;

/** Coupons of one tenant that are asked for in the same turn of the event loop, and the query that they share. */
interface Gathering {
  readonly couponIds: string[];
  readonly coupons: Promise<ReadonlyMap<string, Coupon>>;
}

/**
 * Redemption's own coupon rows as this process saw them last, the least recently used dropped first. It saves work and
 * may be old: whatever is refused by it is confirmed, whatever is accepted on an old version comes back as stale.
 */
@Injectable()
export class CouponMemory {
  private readonly coupons = new Map<string, Coupon>();
  private readonly loading = new Map<string, Promise<Coupon | undefined>>();
  /** By tenant. */
  private readonly gathering = new Map<string, Gathering>();

  constructor(private readonly facts: CouponFactsStore) {}

  /** Look-ups that wait for the database, of coupons that may not even exist. */
  get loads(): number {
    return this.loading.size;
  }

  get size(): number {
    return this.coupons.size;
  }

  get(tenantId: string, couponId: string): Coupon | undefined {
    const key = keyOf(tenantId, couponId);
    const coupon = this.coupons.get(key);
    if (coupon !== undefined && this.isFilling) this.put(key, coupon);
    return coupon;
  }

  /** From the database; callers of the same turn share one query. undefined = there is none, which is not kept. */
  async load(tenantId: string, couponId: string): Promise<Coupon | undefined> {
    const key = keyOf(tenantId, couponId);
    const running = this.loading.get(key);
    if (running !== undefined) return running;
    const load = this.gather(tenantId, couponId)
      .then((coupon) => coupon && this.learn(coupon))
      .finally(() => this.loading.delete(key));
    this.loading.set(key, load);
    return load;
  }

  /** In one query, from the database as it is now, not as a query that is under way will find it. */
  async reload(tenantId: string, couponIds: readonly string[]): Promise<void> {
    const { coupons } = await this.facts.read(tenantId, couponIds, []);
    for (const coupon of coupons.values()) this.learn(coupon);
  }

  /** Takes over what is newer: terms by version, stock by revision. Returns what is known then. */
  learn(coupon: Coupon): Coupon {
    const key = keyOf(coupon.tenantId, coupon.couponId);
    const known = this.coupons.get(key);
    const terms = known === undefined || coupon.version >= known.version ? coupon : known;
    const stock = known === undefined ? coupon.stock : newer(known.stock, coupon.stock);
    // What was reckoned for a timeframe is kept with its object.
    const timeframe = known?.version === terms.version ? known.timeframe : terms.timeframe;
    const learnt = { ...terms, timeframe, stock };
    this.put(key, learnt);
    return learnt;
  }

  learnStock(tenantId: string, couponId: string, stock: Stock): void {
    const key = keyOf(tenantId, couponId);
    const known = this.coupons.get(key);
    if (known !== undefined && known.stock.revision < stock.revision) this.put(key, { ...known, stock });
  }

  private async gather(tenantId: string, couponId: string): Promise<Coupon | undefined> {
    const { couponIds, coupons } = this.gathering.get(tenantId) ?? this.startGathering(tenantId);
    couponIds.push(couponId);
    if (couponIds.length >= MAX_AT_ONCE) this.gathering.delete(tenantId);
    return (await coupons).get(couponId);
  }

  private startGathering(tenantId: string): Gathering {
    const couponIds: string[] = [];
    const ask = async (): Promise<ReadonlyMap<string, Coupon>> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.gathering.get(tenantId) === gathering) this.gathering.delete(tenantId);
      return (await this.facts.read(tenantId, couponIds, [])).coupons;
    };
    const gathering: Gathering = { couponIds, coupons: ask() };
    this.gathering.set(tenantId, gathering);
    return gathering;
  }

  private get isFilling(): boolean {
    return this.coupons.size > MAX_COUPONS / 2;
  }

  private put(key: string, coupon: Coupon): void {
    // Who was used last matters only when somebody may have to go soon.
    if (this.isFilling) this.coupons.delete(key);
    this.coupons.set(key, coupon);
    if (this.coupons.size <= MAX_COUPONS) return;
    const [oldest] = this.coupons.keys();
    if (oldest !== undefined) this.coupons.delete(oldest);
  }
}

function newer(a: Stock, b: Stock): Stock {
  return b.revision >= a.revision ? b : a;
}

function keyOf(tenantId: string, couponId: string): string {
  return `${tenantId}/${couponId}`;
}
