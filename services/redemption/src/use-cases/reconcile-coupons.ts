import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Log, Metrics, TenantDatabase } from '#platform';
import type { Stock } from '../domain/coupon.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { type CouponCount, CouponCheckStore } from '../store/coupon-check.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

const COUPONS_AT_A_TIME = 20;
const LEASE_SECONDS = 60;
const REST_SECONDS = 10;
/** A tenant's turn ends after so many chunks; the rest comes at its next turn. */
const CHUNKS_PER_TURN = 25;

/**
 * Proves, for every coupon whose numbers have changed, that redeemed = redemptions = uses and that Redis says the same.
 * Drift within PostgreSQL is reported and touched by nobody; Redis is set right from PostgreSQL, never the other way.
 */
@Injectable()
export class ReconcileCoupons {
  private readonly owner = randomUUID();
  private readonly checked;
  private readonly drift;

  constructor(
    private readonly database: TenantDatabase,
    private readonly tenantJobs: TenantJobStore,
    private readonly checks: CouponCheckStore,
    private readonly facts: CouponFactsStore,
    private readonly gate: RedemptionGate,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.checked = metrics.counter('redemption_reconciled_total', 'Coupons whose numbers were proven');
    this.drift = metrics.counter('redemption_drift_total', 'Coupons whose numbers disagreed, by where', [
      'where',
    ]);
    for (const where of ['redemptions', 'uses', 'redis']) this.drift.inc({ where }, 0);
  }

  /** One turn for each tenant that is due. @param mayGoOn asked between chunks */
  async run(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const tenantId = await this.database.acrossTenants((tx) =>
        this.tenantJobs.claim(tx, 'reconcile', this.owner, LEASE_SECONDS),
      );
      if (tenantId === undefined) return;
      for (let chunk = 0; chunk < CHUNKS_PER_TURN && mayGoOn(); chunk += 1) {
        if ((await this.checkSome(tenantId)) < COUPONS_AT_A_TIME) break;
      }
      await this.database.acrossTenants((tx) =>
        this.tenantJobs.rest(tx, 'reconcile', tenantId, this.owner, REST_SECONDS),
      );
    }
  }

  /** How many were checked. */
  async checkSome(tenantId: string): Promise<number> {
    const couponIds = await this.database.read(tenantId, (tx) =>
      this.checks.unchecked(tx, tenantId, COUPONS_AT_A_TIME),
    );
    if (couponIds.length === 0) return 0;
    // Redis first: it is written after PostgreSQL, so what it says cannot be newer than what is counted next.
    const totals = await this.totalsInRedis(tenantId, couponIds);
    const counts = await this.database.read(tenantId, (tx) => this.checks.count(tx, tenantId, couponIds));
    for (const count of counts) await this.compare(tenantId, count, totals.get(count.couponId));
    await this.database.transaction(tenantId, (tx) => this.checks.markChecked(tx, tenantId, counts));
    this.checked.inc(counts.length);
    return couponIds.length;
  }

  private async compare(tenantId: string, count: CouponCount, inRedis: Stock | undefined): Promise<void> {
    const { couponId, stock, redemptions, uses } = count;
    if (redemptions !== stock.redeemed) this.report('redemptions', tenantId, count);
    if (uses !== stock.redeemed) this.report('uses', tenantId, count);
    if (inRedis === undefined) return;
    const isBehind = inRedis.revision < stock.revision;
    if (!isBehind && !disagrees(inRedis, stock)) return;
    if (!isBehind) this.report('redis', tenantId, { ...count, inRedis });
    const { coupons } = await this.facts.read(tenantId, [couponId], []);
    const coupon = coupons.get(couponId);
    if (coupon === undefined) return;
    await (isBehind ? this.gate.catchUp(coupon) : this.gate.correct(coupon));
  }

  private report(where: string, tenantId: string, found: object): void {
    this.drift.inc({ where });
    this.log.error({ where, tenantId, ...found }, 'the numbers of a coupon disagree');
  }

  private async totalsInRedis(
    tenantId: string,
    couponIds: readonly string[],
  ): Promise<Map<string, Stock | undefined>> {
    if (this.gate.isAway) return new Map();
    const totals = couponIds.map(
      async (couponId) => [couponId, await this.gate.total(tenantId, couponId)] as const,
    );
    return new Map(await Promise.all(totals));
  }
}

/**
 * Behind is no drift: a write was missed, by a slow Redis or a killed process. Ahead, or other numbers at the same
 * revision, is.
 */
function disagrees(inRedis: Stock, stored: Stock): boolean {
  return (
    inRedis.revision !== stored.revision ||
    inRedis.redeemed !== stored.redeemed ||
    inRedis.max !== stored.max ||
    inRedis.finished !== stored.finished
  );
}
