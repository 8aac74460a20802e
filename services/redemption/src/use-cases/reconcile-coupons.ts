import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Log, Metrics, TenantDatabase } from '#platform';
import type { Stock } from '../domain/coupon.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { type CheckedSoFar, type CouponCount, CouponCheckStore } from '../store/coupon-check.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { LedgerCheckStore } from '../store/ledger-check.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

const COUPONS_AT_A_TIME = 20;
const LEASE_SECONDS = 60;
const REST_SECONDS = 10;
/** A tenant's turn ends after so many chunks; the rest comes at its next turn. */
const CHUNKS_PER_TURN = 25;
/** Users of a coupon that are compared between Redis and PostgreSQL at a time. */
const USERS_IN_REDIS = 50;

/** What may disagree, as the metric names it. */
const places = ['redemptions', 'uses', 'ledger', 'redis', 'redis-users'] as const;
type Place = (typeof places)[number];

/**
 * Proves, for every coupon whose numbers have changed, that redeemed = redemptions = uses and that Redis says the same;
 * and, round and round, that balances are what their entries add up to. In short statements: what was counted before is
 * not counted again. Drift within PostgreSQL is reported and touched by nobody; Redis is set right from PostgreSQL, never
 * the other way.
 */
@Injectable()
export class ReconcileCoupons {
  private readonly owner = randomUUID();
  private readonly checked;
  private readonly failed;
  private readonly drift;

  constructor(
    private readonly database: TenantDatabase,
    private readonly tenantJobs: TenantJobStore,
    private readonly checks: CouponCheckStore,
    private readonly ledger: LedgerCheckStore,
    private readonly facts: CouponFactsStore,
    private readonly gate: RedemptionGate,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.checked = metrics.counter('redemption_reconciled_total', 'Coupons whose numbers were proven');
    this.failed = metrics.counter(
      'redemption_reconcile_failed_total',
      'Coupons whose numbers could not be checked; they come after the others',
    );
    this.drift = metrics.counter('redemption_drift_total', 'Numbers that disagreed, by where', ['where']);
    for (const where of places) this.drift.inc({ where }, 0);
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
      await this.checkLedger(tenantId);
      await this.database.acrossTenants((tx) =>
        this.tenantJobs.rest(tx, 'reconcile', tenantId, this.owner, REST_SECONDS),
      );
    }
  }

  /** How many were looked at. One that fails is put behind the others and fails alone. */
  async checkSome(tenantId: string): Promise<number> {
    const coupons = await this.database.read(tenantId, (tx) =>
      this.checks.unchecked(tx, tenantId, COUPONS_AT_A_TIME),
    );
    for (const soFar of coupons) {
      try {
        if (await this.check(tenantId, soFar)) this.checked.inc();
      } catch (err) {
        this.failed.inc();
        this.log.warn({ err, tenantId, couponId: soFar.couponId }, 'a coupon could not be reconciled');
        await this.database.transaction(tenantId, (tx) => this.checks.mark(tx, tenantId, soFar, null));
      }
    }
    return coupons.length;
  }

  /** The next piece of the tenant's balances. */
  async checkLedger(tenantId: string): Promise<void> {
    const wrong = await this.database.transaction(tenantId, (tx) => this.ledger.checkNext(tx, tenantId));
    for (const balance of wrong) this.report('ledger', tenantId, balance);
  }

  /** Whether all of the coupon is proven now; of one with many users the next piece comes at the next turn. */
  private async check(tenantId: string, soFar: CheckedSoFar): Promise<boolean> {
    const { couponId } = soFar;
    // Redis first: it is written after PostgreSQL, so what it says cannot be newer than what is counted next.
    const inRedis = this.gate.isAway ? undefined : await this.gate.total(tenantId, couponId);
    let count = await this.countFrom(tenantId, soFar);
    // A clock that stepped back wrote behind what was counted: counted anew before anybody is alarmed.
    if (count !== undefined && count.redemptions !== count.stock.redeemed && soFar.counted > 0)
      count = await this.countFrom(tenantId, { ...soFar, counted: 0, countedUntil: '-infinity' });
    if (count === undefined) return false;
    this.compare(tenantId, count);
    if (inRedis !== undefined) {
      await this.compareRedis(tenantId, count, inRedis);
      await this.compareUsers(tenantId, count);
    }
    const { next, stock, isRoundOver } = count;
    const proven = isRoundOver ? stock.revision : null;
    await this.database.transaction(tenantId, (tx) => this.checks.mark(tx, tenantId, next, proven));
    return isRoundOver;
  }

  private async countFrom(tenantId: string, from: CheckedSoFar): Promise<CouponCount | undefined> {
    let soFar = from;
    for (;;) {
      const further = await this.database.read(tenantId, (tx) => this.checks.countOn(tx, tenantId, soFar));
      if (further === undefined) break;
      soFar = further;
    }
    return this.database.read(tenantId, (tx) => this.checks.count(tx, tenantId, soFar));
  }

  private compare(tenantId: string, count: CouponCount): void {
    const { stock, redemptions, wrongUsers, uses, live, beginsRound, isRoundOver } = count;
    // At once, and before the coupon counts as proven; not with every piece of its users.
    const isDue = beginsRound || isRoundOver;
    if (isDue && redemptions !== stock.redeemed) this.report('redemptions', tenantId, count);
    if (wrongUsers > 0 || (uses !== null && uses !== live)) this.report('uses', tenantId, count);
  }

  private async compareRedis(tenantId: string, count: CouponCount, inRedis: Stock): Promise<void> {
    const { couponId, stock } = count;
    const isBehind = inRedis.revision < stock.revision;
    if (!isBehind && !disagrees(inRedis, stock)) return;
    if (!isBehind) this.report('redis', tenantId, { ...count, inRedis });
    const coupon = await this.facts.coupon(tenantId, couponId);
    if (coupon === undefined) return;
    await (isBehind ? this.gate.catchUp(coupon) : this.gate.correct(coupon));
  }

  /** Fewer uses there than here is a write that was missed; more would refuse somebody, if only until it is confirmed. */
  private async compareUsers(tenantId: string, { couponId }: CouponCount): Promise<void> {
    const users = await this.gate.someUsers(tenantId, couponId, USERS_IN_REDIS);
    if (users.length === 0) return;
    const ids = users.map(({ userId }) => userId);
    const stored = await this.database.read(tenantId, (tx) =>
      this.checks.usesOf(tx, tenantId, couponId, ids),
    );
    const wrong = users.filter((user) => user.uses > (stored?.uses.get(user.userId) ?? 0));
    if (stored === undefined || wrong.length === 0) return;
    // As of an older revision: a void came since, between the two looks at the latest, or its write was missed.
    const drifted = wrong.filter(({ revision }) => revision >= stored.revision);
    if (drifted.length > 0) this.report('redis-users', tenantId, { couponId, users: drifted });
    await this.gate.forgetUsers(
      tenantId,
      couponId,
      wrong.map(({ userId }) => userId),
    );
  }

  private report(where: Place, tenantId: string, found: object): void {
    this.drift.inc({ where });
    this.log.error({ where, tenantId, ...found }, 'numbers that must agree disagree');
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
