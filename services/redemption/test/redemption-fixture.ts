import pg from 'pg';
import type { Envelope } from '#contracts';
import { Clock, TenantDatabase } from '#platform';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import type { RedeemEntry } from '../src/domain/batch.js';
import type { Coupon, Stock } from '../src/domain/coupon.js';
import type { Person } from '../src/domain/person.js';
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
    return new RedemptionBatchStore(this.database, new Clock());
  }

  get facts(): CouponFactsStore {
    return new CouponFactsStore(this.database);
  }

  rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.test.rows<Row>(this.tenantId, sql, values);
  }

  /** The coupon's row and what stands behind it: its channel, its partner, its print, its partner's units. */
  async addCoupon(over: Partial<Omit<Coupon, 'stock'>> & { stock?: Partial<Stock> } = {}): Promise<Coupon> {
    const coupon = aKnownCoupon({ tenantId: this.tenantId, ...over });
    const { tenantId, couponId, channelId, partnerId, units, stock, timeframe } = coupon;
    await this.put('coupon', {
      coupon_id: couponId,
      channel_id: channelId,
      partner_id: partnerId,
      type: coupon.type,
      version: coupon.version,
      status: coupon.status,
      finished_reason: coupon.finishedReason,
      start_at: asDate(coupon.startAt),
      end_at: asDate(coupon.endAt),
      time_zone: timeframe?.timeZone ?? null,
      recurrence: timeframe?.recurrence ? JSON.stringify(timeframe.recurrence) : null,
      audience: coupon.audience,
      availability: coupon.availability,
      per_user_cap: coupon.perUserCap,
      time_limit_seconds: seconds(coupon.timeLimitMs),
      validity_seconds: seconds(coupon.validityMs),
      price_point: coupon.price?.pointNameId ?? null,
      price_amount: coupon.price?.amount ?? null,
      bonus_point: coupon.bonus?.pointNameId ?? null,
      bonus_amount: coupon.bonus?.amount ?? null,
      trigger_id: coupon.triggerId,
      units_resource: units?.resource ?? null,
      units: units?.units ?? null,
      programme_id: coupon.programmeId,
      redeemed: stock.redeemed,
      max: stock.max,
      finished: stock.finished,
      rev: stock.revision,
      taken_over_at: new Date(),
    });
    if (!coupon.channelActive)
      await this.put('channel', { channel_id: channelId, revision: 1, partner_id: partnerId, active: false });
    if (!coupon.partnerActive)
      await this.put('partner', { partner_id: partnerId ?? tenantId, revision: 1, active: false });
    if (coupon.printedGeneration !== null) await this.addPrint(couponId, coupon.printedGeneration);
    if (units !== null && coupon.partnerUnits > 0)
      await this.addUnits(partnerId ?? '', units.resource, coupon.partnerUnits);
    return coupon;
  }

  async addPrint(couponId: string, generation: number): Promise<void> {
    await this.put('printed_code', {
      coupon_id: couponId,
      generation,
      created_by: newId(),
      created_at: new Date(),
    });
  }

  /** Again for the same account changes nothing. */
  async addUnits(partnerId: string, resource: string, units: number): Promise<void> {
    await this.put('addon_balance', { partner_id: partnerId, resource, units, revision: 1 });
  }

  async addBalance(userId: string, pointNameId: string, balance: bigint, revision = 1): Promise<void> {
    await this.put('point_balance', { user_id: userId, point_name_id: pointNameId, balance, revision });
  }

  async addPointName(pointNameId: string, name: string, programmeId: string | null = null): Promise<void> {
    await this.put('point_name', {
      point_name_id: pointNameId,
      revision: 1,
      partner_id: newId(),
      programme_id: programmeId,
      name,
    });
  }

  /** What is known of one user with respect to a coupon, apart from the uses. */
  async addPerson({ couponId, channelId, price }: Coupon, userId: string, person: Person): Promise<void> {
    const { following, grant, pass, balance, uses, lastAt } = person;
    await this.addFollowers(channelId, [userId], following);
    if (uses > 0)
      await this.put('coupon_usage', {
        coupon_id: couponId,
        user_id: userId,
        uses,
        last_at: asDate(lastAt) ?? new Date(),
      });
    if (grant !== null)
      await this.put('user_grant', {
        coupon_id: couponId,
        user_id: userId,
        grant_id: newId(),
        revision: 1,
        available_at: asDate(grant.availableAt),
        revoked: grant.revoked,
        hops: 0,
      });
    if (pass !== null)
      await this.put('pass', {
        coupon_id: couponId,
        user_id: userId,
        device_id: newId(),
        device_tag: pass.deviceTag,
        valid_until: asDate(pass.validUntil),
        last_step: pass.lastStep,
        accepted_at: asDate(pass.acceptedAt),
      });
    if (price !== null && balance > 0n) await this.addBalance(userId, price.pointNameId, balance);
  }

  /** A row of this tenant by its columns; one that is there stays. */
  async put(table: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
    const values: Record<string, unknown> = { tenant_id: this.tenantId, ...columns };
    const names = Object.keys(values);
    await this.rows(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, n) => `$${n + 1}`).join(', ')})
       ON CONFLICT DO NOTHING`,
      Object.values(values),
    );
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
              (SELECT count(*) FROM outbox_fact o WHERE o.payload->>'redemptionId' IS NOT NULL
                                               AND o.payload->>'couponId' = c.coupon_id::text) AS facts,
              (SELECT count(*) FROM outbox_fact o WHERE o.topic = 'redemption.coupon-exhausted.v1'
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
      means: { kind: 'button' },
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
    partnerId: null,
    startAt: null,
    endAt: null,
    timeframe: null,
    audience: 'followers',
    availability: 'rule',
    perUserCap: null,
    timeLimitMs: null,
    validityMs: null,
    price: null,
    bonus: null,
    triggerId: null,
    units: null,
    programmeId: null,
    channelActive: true,
    partnerActive: true,
    printedGeneration: null,
    partnerUnits: 0,
    ...over,
    stock: { redeemed: 0, max: null, finished: false, revision: 1, ...over.stock },
  };
}

/** What an answer says of a button's redemption without price, bonus and evidence. */
export const plainAnswer = { method: 'button', price: null, bonus: null, evidence: null } as const;

/** The coupons as a caller knows them. */
export function versionsOf(...coupons: readonly Coupon[]): Map<string, Coupon> {
  return new Map(coupons.map((coupon) => [coupon.couponId, coupon]));
}

export type StoredHeaders = Record<string, string> & { ce_id: Envelope['id'] };

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}

function asDate(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
