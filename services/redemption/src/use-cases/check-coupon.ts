import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import type { Stock } from '../domain/coupon.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { type CheckedSoFar, type CouponCount, CouponCheckStore } from '../store/coupon-check.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { FIRST_USER, UserCheckStore } from '../store/user-check.store.js';
import { Drift } from './drift.js';
import { Pace } from './pace.js';

/** Users of a coupon that are compared between Redis and PostgreSQL at a time. */
const USERS_IN_REDIS = 50;
/** Pieces of a coupon's users that one look goes through; the rest comes with the next one. */
const PIECES = 10;

/**
 * One look at one coupon: redeemed = redemptions, and Redis says the same; then the next pieces of the round over all its
 * users, and, wherever the round has come to, every user who has redeemed or was given back since the look before.
 */
@Injectable()
export class CheckCoupon {
  private readonly pace = new Pace();

  constructor(
    private readonly database: TenantDatabase,
    private readonly checks: CouponCheckStore,
    private readonly users: UserCheckStore,
    private readonly facts: CouponFactsStore,
    private readonly gate: RedemptionGate,
    private readonly drift: Drift,
  ) {}

  /** Whether all of the coupon is proven now. @param mayGoOn asked within a long history, which is counted for good */
  async run(tenantId: string, soFar: CheckedSoFar, mayGoOn: () => boolean): Promise<boolean> {
    const { couponId } = soFar;
    // Redis first: it is written after PostgreSQL, so what it says cannot be newer than what is counted next.
    const inRedis = this.gate.isAway ? undefined : await this.gate.total(tenantId, couponId);
    let count = await this.countFrom(tenantId, soFar, mayGoOn);
    // A clock that stepped back wrote behind what was counted: counted anew before anybody is alarmed.
    if (count !== undefined && count.redemptions !== count.stock.redeemed && soFar.counted > 0)
      count = await this.countFrom(tenantId, { ...soFar, counted: 0, countedUntil: '-infinity' });
    if (count === undefined) return false;
    this.compare(tenantId, count);
    if (inRedis !== undefined) {
      await this.compareRedis(tenantId, count, inRedis);
      await this.compareUsers(tenantId, count);
    }
    const { next, isRoundOver } = await this.goRound(tenantId, count);
    // Those that changed before a round began are looked at in it.
    const changed = count.beginsRound
      ? { seenUntil: next.seenUntil, isAll: true }
      : await this.checkChanged(tenantId, next);
    const isProven = isRoundOver && changed.isAll;
    const mark = { ...next, seenUntil: changed.seenUntil, endsRound: isRoundOver && !count.isResting };
    const revision = isProven ? count.stock.revision : null;
    await this.database.transaction(tenantId, (tx) => this.checks.mark(tx, tenantId, mark, revision));
    return isProven;
  }

  /** Undefined: the coupon is gone, or the time is over; how far it came is kept. */
  private async countFrom(
    tenantId: string,
    from: CheckedSoFar,
    mayGoOn = (): boolean => true,
  ): Promise<CouponCount | undefined> {
    let soFar = from;
    for (;;) {
      const further = await this.read(tenantId, (tx) => this.checks.countOn(tx, tenantId, soFar));
      if (further === undefined) break;
      soFar = further;
      if (mayGoOn()) continue;
      await this.database.transaction(tenantId, (tx) => this.checks.mark(tx, tenantId, further, null));
      return undefined;
    }
    return this.read(tenantId, (tx) => this.checks.count(tx, tenantId, soFar));
  }

  /** Further pieces of the round, unless it is over or rests. */
  private async goRound(
    tenantId: string,
    count: CouponCount,
  ): Promise<{ next: CheckedSoFar; isRoundOver: boolean }> {
    let { next, isRoundOver } = count;
    for (let piece = 1; piece < PIECES && !isRoundOver; piece += 1) {
      const { couponId, usersUntil } = next;
      const found = await this.read(tenantId, (tx) => this.users.piece(tx, tenantId, couponId, usersUntil));
      if (found.wrongUsers > 0) this.drift.report('uses', tenantId, { couponId, ...found });
      isRoundOver = found.last === null;
      next = { ...next, usersUntil: found.last ?? FIRST_USER };
    }
    return { next, isRoundOver };
  }

  private async checkChanged(
    tenantId: string,
    { couponId, seenUntil }: CheckedSoFar,
  ): Promise<{ seenUntil: string; isAll: boolean }> {
    const found = await this.read(tenantId, (tx) => this.users.changed(tx, tenantId, couponId, seenUntil));
    if (found.wrongUsers > 0) this.drift.report('uses', tenantId, { couponId, ...found });
    return found;
  }

  private compare(tenantId: string, count: CouponCount): void {
    const { stock, redemptions, wrongUsers, uses, live, beginsRound, isRoundOver } = count;
    // At once, and before the coupon counts as proven; not with every piece of its users.
    const isDue = beginsRound || isRoundOver;
    if (isDue && redemptions !== stock.redeemed) this.drift.report('redemptions', tenantId, count);
    if (wrongUsers > 0 || (uses !== null && uses !== live)) this.drift.report('uses', tenantId, count);
  }

  private async compareRedis(tenantId: string, count: CouponCount, inRedis: Stock): Promise<void> {
    const { couponId, stock } = count;
    const isBehind = inRedis.revision < stock.revision;
    if (!isBehind && !disagrees(inRedis, stock)) return;
    if (!isBehind) this.drift.report('redis', tenantId, { ...count, inRedis });
    const coupon = await this.facts.coupon(tenantId, couponId);
    if (coupon === undefined) return;
    await (isBehind ? this.gate.catchUp(coupon) : this.gate.correct(coupon));
  }

  /** Fewer uses there than here is a write that was missed; more would refuse somebody, if only until it is confirmed. */
  private async compareUsers(tenantId: string, { couponId }: CouponCount): Promise<void> {
    const users = await this.gate.someUsers(tenantId, couponId, USERS_IN_REDIS);
    if (users.length === 0) return;
    const ids = users.map(({ userId }) => userId);
    const stored = await this.read(tenantId, (tx) => this.users.usesOf(tx, tenantId, couponId, ids));
    const wrong = users.filter((user) => user.uses > (stored?.uses.get(user.userId) ?? 0));
    if (stored === undefined || wrong.length === 0) return;
    // As of an older revision: a void came since, between the two looks at the latest, or its write was missed.
    const drifted = wrong.filter(({ revision }) => revision >= stored.revision);
    if (drifted.length > 0) this.drift.report('redis-users', tenantId, { couponId, users: drifted });
    await this.gate.forgetUsers(
      tenantId,
      couponId,
      wrong.map(({ userId }) => userId),
    );
  }

  private read<T>(tenantId: string, work: Parameters<typeof this.database.read<T>>[1]): Promise<T> {
    return this.pace.run(() => this.database.read(tenantId, work));
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
