import pg from 'pg';
import type { Envelope } from '#contracts';
import { TenantDatabase } from '#platform';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import type { RedeemEntry } from '../src/domain/batch.js';
import type { Coupon, Stock } from '../src/domain/coupon.js';
import { CouponFactsStore } from '../src/store/coupon-facts.store.js';
import { RedemptionBatchStore } from '../src/store/redemption-batch.store.js';
import { migrationSet } from '../src/store/migrations/index.js';

/** A redemption database of one test file, seen through the service's own role, and ways to put rows into it. */
export class RedemptionFixture {
  readonly tenantId = newId();

  private constructor(
    readonly test: TestDatabase,
    readonly pool: pg.Pool,
  ) {}

  static async open(options: { connections?: number } = {}): Promise<RedemptionFixture> {
    const test = await testDatabase(migrationSet);
    const pool = new pg.Pool({ connectionString: test.appUrl, max: options.connections ?? 10 });
    pool.on('error', () => undefined);
    return new RedemptionFixture(test, pool);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.test.drop();
  }

  /** Only the pool is there: enough for the stores of the hot path. */
  get database(): TenantDatabase {
    return { pool: this.pool } as TenantDatabase;
  }

  get batches(): RedemptionBatchStore {
    return new RedemptionBatchStore(this.database);
  }

  get facts(): CouponFactsStore {
    return new CouponFactsStore(this.database);
  }

  rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.test.rows<Row>(this.tenantId, sql, values);
  }

  async addCoupon(over: Partial<Omit<Coupon, 'stock'>> & { stock?: Partial<Stock> } = {}): Promise<Coupon> {
    const coupon = aKnownCoupon({ tenantId: this.tenantId, ...over });
    const { stock } = coupon;
    await this.rows(
      `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, version, status, finished_reason, start_at, end_at,
                           per_user_cap, redeemed, max, finished, rev, taken_over_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now())`,
      [
        coupon.tenantId,
        coupon.couponId,
        coupon.channelId,
        coupon.type,
        coupon.version,
        coupon.status,
        coupon.finishedReason,
        asDate(coupon.startAt),
        asDate(coupon.endAt),
        coupon.perUserCap,
        stock.redeemed,
        stock.max,
        stock.finished,
        stock.revision,
      ],
    );
    return coupon;
  }

  async addFollowers(channelId: string, userIds: readonly string[], following = true): Promise<void> {
    await this.rows(
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       SELECT $1, $2, u, $4, 1, now() FROM unnest($3::uuid[]) u`,
      [this.tenantId, channelId, userIds, following],
    );
  }

  /** So many new followers of the coupon's channel. */
  async followersOf(coupon: Coupon, count: number): Promise<string[]> {
    const userIds = Array.from({ length: count }, () => newId());
    await this.addFollowers(coupon.channelId, userIds);
    return userIds;
  }

  async addUsage(couponId: string, userId: string, uses: number): Promise<void> {
    await this.rows(
      `INSERT INTO coupon_usage (tenant_id, coupon_id, user_id, uses, last_at) VALUES ($1, $2, $3, $4, now())`,
      [this.tenantId, couponId, userId, uses],
    );
  }

  /** What the database holds of a coupon, counted in every way there is. */
  async countsOf(couponId: string): Promise<{
    redeemed: number;
    finished: boolean;
    rev: number;
    redemptions: number;
    uses: number;
    answers: number;
    facts: number;
    exhausted: number;
  }> {
    const [row] = await this.rows<Record<string, string>>(
      `SELECT c.redeemed, c.finished, c.rev,
              (SELECT count(*) FROM redemption r WHERE r.coupon_id = c.coupon_id) AS redemptions,
              (SELECT coalesce(sum(uses), 0) FROM coupon_usage u WHERE u.coupon_id = c.coupon_id) AS uses,
              (SELECT count(*) FROM stored_answer a WHERE a.body->>'couponId' = c.coupon_id::text) AS answers,
              (SELECT count(*) FROM outbox o WHERE o.payload->>'redemptionId' IS NOT NULL
                                               AND o.payload->>'couponId' = c.coupon_id::text) AS facts,
              (SELECT count(*) FROM outbox o WHERE o.topic = 'redemption.coupon-exhausted.v1'
                                               AND o.key = c.coupon_id::text) AS exhausted
         FROM coupon c WHERE c.coupon_id = $1`,
      [couponId],
    );
    if (row === undefined) throw new Error(`no coupon ${couponId}`);
    const { finished, ...numbers } = row;
    const counted = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
    return { ...counted, finished: Boolean(finished) } as Awaited<ReturnType<RedemptionFixture['countsOf']>>;
  }

  entry(coupon: Pick<Coupon, 'couponId'>, userId: string, over: Partial<RedeemEntry> = {}): RedeemEntry {
    return {
      tenantId: this.tenantId,
      couponId: coupon.couponId,
      userId,
      reservationId: newId(),
      fingerprint: newId(),
      redemptionId: newId(),
      eventId: newId(),
      correlationId: 'test',
      ...over,
    };
  }
}

/** A click coupon that anybody who follows may redeem, without limits. */
export function aKnownCoupon(over: Partial<Omit<Coupon, 'stock'>> & { stock?: Partial<Stock> } = {}): Coupon {
  return {
    tenantId: newId(),
    couponId: newId(),
    channelId: newId(),
    type: 'click',
    version: 1,
    status: 'active',
    finishedReason: null,
    startAt: null,
    endAt: null,
    perUserCap: null,
    ...over,
    stock: { redeemed: 0, max: null, finished: false, revision: 1, ...over.stock },
  };
}

/** The versions that a caller knows, by coupon. */
export function versionsOf(...coupons: readonly Coupon[]): Map<string, number> {
  return new Map(coupons.map(({ couponId, version }) => [couponId, version]));
}

export type StoredHeaders = Record<string, string> & { ce_id: Envelope['id'] };

function asDate(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
