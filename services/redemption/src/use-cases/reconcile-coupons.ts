import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics, TenantDatabase } from '#platform';
import { CouponCheckStore } from '../store/coupon-check.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';
import { CheckCoupon } from './check-coupon.js';
import { CheckLedgers } from './check-ledgers.js';

const COUPONS_AT_A_TIME = 20;
/** Longer than a turn, which may outlast its end by one look at a coupon. */
const LEASE_SECONDS = 180;
const REST_SECONDS = 10;
/** Milliseconds for coupons, and as many for ledgers; what is left over comes at the tenant's next turn. */
const TURN_MS = 30_000;
/** Pieces of the endless round over balances of points at a turn. */
const LEDGER_PIECES = 10;

/**
 * Proves, for every coupon whose numbers have changed, that redeemed = redemptions = uses and that Redis says the same;
 * and that balances and accounts are what their entries add up to. In short statements with rests between them; what was
 * counted before is not counted again. Drift within PostgreSQL is reported and touched by nobody; Redis is set right from
 * PostgreSQL, never the other way.
 */
@Injectable()
export class ReconcileCoupons {
  private readonly owner = randomUUID();
  private readonly checked;
  private readonly failed;

  constructor(
    private readonly database: TenantDatabase,
    private readonly tenantJobs: TenantJobStore,
    private readonly checks: CouponCheckStore,
    private readonly checkCoupon: CheckCoupon,
    private readonly ledgers: CheckLedgers,
    private readonly clock: Clock,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.checked = metrics.counter('redemption_reconciled_total', 'Coupons whose numbers were proven');
    this.failed = metrics.counter(
      'redemption_reconcile_failed_total',
      'Coupons whose numbers could not be checked; they come after the others',
    );
  }

  /** One turn for each tenant that is due. @param mayGoOn asked between chunks */
  async run(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const tenantId = await this.database.acrossTenants((tx) =>
        this.tenantJobs.claim(tx, 'reconcile', this.owner, LEASE_SECONDS),
      );
      if (tenantId === undefined) return;
      await this.turn(tenantId, mayGoOn);
      await this.database.acrossTenants((tx) =>
        this.tenantJobs.rest(tx, 'reconcile', tenantId, this.owner, REST_SECONDS),
      );
    }
  }

  private async turn(tenantId: string, mayGoOn: () => boolean): Promise<void> {
    const inTime = (): (() => boolean) => {
      const end = this.clock.now().getTime() + TURN_MS;
      return () => mayGoOn() && this.clock.now().getTime() < end;
    };
    const [forCoupons, done] = [inTime(), new Set<string>()];
    while (forCoupons() && (await this.checkSome(tenantId, done, forCoupons)) > 0);
    const forLedgers = inTime();
    while (forLedgers() && (await this.ledgers.checkAddons(tenantId)) > 0);
    for (let piece = 0; piece < LEDGER_PIECES && forLedgers(); piece += 1)
      if (await this.ledgers.checkPoints(tenantId)) break;
  }

  /**
   * How many were looked at. One that fails is put behind the others and fails alone.
   * @param done those that this turn is through with, whatever comes of them meanwhile; it grows
   */
  async checkSome(
    tenantId: string,
    done = new Set<string>(),
    mayGoOn: () => boolean = () => true,
  ): Promise<number> {
    const coupons = await this.database.read(tenantId, (tx) =>
      this.checks.unchecked(tx, tenantId, COUPONS_AT_A_TIME, [...done]),
    );
    for (const soFar of coupons) {
      if (!mayGoOn()) break;
      const { couponId } = soFar;
      try {
        if (!(await this.checkCoupon.run(tenantId, soFar, mayGoOn))) continue;
        this.checked.inc();
      } catch (err) {
        this.failed.inc();
        this.log.warn({ err, tenantId, couponId }, 'a coupon could not be reconciled');
        await this.database.transaction(tenantId, (tx) => this.checks.mark(tx, tenantId, soFar, null));
      }
      done.add(couponId);
    }
    return coupons.length;
  }
}
