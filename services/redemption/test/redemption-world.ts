import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CouponSnapshot, Problem, RedemptionView } from '#contracts';
import { createServiceApp, loadConfig } from '#platform';
import {
  aCoupon,
  couponFact,
  eventually,
  followFact,
  newId,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { redemptionEnv } from '../src/config.js';
import { RedemptionModule } from '../src/redemption.module.js';
import { migrationSet } from '../src/store/migrations/index.js';

export interface Replica {
  readonly url: string;
  readonly app: NestFastifyApplication;
  stop(): Promise<void>;
}

export interface RedeemReply {
  readonly status: number;
  readonly body: RedemptionView & Problem;
  readonly headers: Headers;
}

export interface Attempt {
  readonly couponId: string;
  readonly userId: string;
  readonly key?: string;
  readonly tenantId?: string;
  readonly body?: string;
}

/** One tenant's redemptions: the servers of one test file, and any number of redemption processes on them. */
export class RedemptionWorld {
  readonly tenantId = newId();
  private readonly replicas = new Set<Replica>();
  private readonly tokens = new Map<string, Promise<string>>();

  private constructor(
    readonly database: TestDatabase,
    readonly namespace: TestNamespace,
    readonly issuer: TestIssuer,
    private readonly env: Record<string, string>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<RedemptionWorld> {
    const servers = await Promise.all([testDatabase(migrationSet), testNamespace(), startTestIssuer()]);
    return new RedemptionWorld(...servers, env);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.replicas].map((replica) => replica.stop()));
    await Promise.all([this.database.drop(), this.namespace.stop(), this.issuer.stop()]);
  }

  /** Where the servers of this world are, for a redemption process of its own. */
  get serviceEnv(): Record<string, string> {
    return {
      DATABASE_URL: this.database.appUrl,
      ...this.namespace.env,
      ...this.issuer.env,
      ...this.env,
    };
  }

  /** In this process, listening and consuming. */
  async replica(env: Record<string, string> = {}): Promise<Replica> {
    const config = loadConfig(redemptionEnv, {
      NODE_ENV: 'test',
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...this.serviceEnv,
      ...env,
    });
    const app = await createServiceApp({ name: 'redemption', module: RedemptionModule, config });
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    const replica: Replica = {
      app,
      url: await app.getUrl(),
      stop: async () => {
        if (this.replicas.delete(replica)) await app.close();
      },
    };
    this.replicas.add(replica);
    return replica;
  }

  /** Published by catalog and taken over here. */
  async coupon(
    over: NonNullable<Parameters<typeof aCoupon>[0]> & { max?: number; perUser?: number } = {},
  ): Promise<CouponSnapshot> {
    const { max = null, perUser = null, terms, ...rest } = over;
    const coupon = aCoupon({
      ...rest,
      terms: { maxRedemptions: max, maxRedemptionsPerUser: perUser, ...terms },
    });
    await this.snapshot(coupon);
    return coupon;
  }

  /** Resolves when redemption decides on it. */
  async snapshot(coupon: CouponSnapshot): Promise<void> {
    await this.namespace.produce('catalog.coupon.v1', couponFact(this.tenantId, coupon));
    await eventually(async () => {
      const rows = await this.rows('SELECT FROM coupon WHERE coupon_id = $1 AND version >= $2', [
        coupon.couponId,
        coupon.version,
      ]);
      if (rows.length === 0) throw new Error('not taken over yet');
    });
  }

  /** Past Kafka, where many are needed. */
  async followersOf({ channelId }: CouponSnapshot, count: number): Promise<string[]> {
    const userIds = Array.from({ length: count }, () => newId());
    await this.rows(
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       SELECT $1, $2, u, true, 1, now() FROM unnest($3::uuid[]) u`,
      [this.tenantId, channelId, userIds],
    );
    return userIds;
  }

  async follow(channelId: string, userId: string, following: boolean, revision: number): Promise<void> {
    const fact = followFact(
      this.tenantId,
      { channelId, userId, following, changedAt: new Date().toISOString() },
      revision,
    );
    await this.namespace.produce('platform.follow.v1', fact);
  }

  async redeem(replica: Replica, attempt: Attempt): Promise<RedeemReply> {
    const { couponId, userId, key = newId(), tenantId = this.tenantId, body } = attempt;
    const response = await fetch(`${replica.url}/v1/coupons/${couponId}/redemptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.token(tenantId, userId)}`,
        'idempotency-key': key,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as RedeemReply['body'],
    };
  }

  rows<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.database.rows<Row>(this.tenantId, sql, values);
  }

  /** What the database holds of a coupon, counted in every way there is. */
  async countsOf(couponId: string): Promise<{ redeemed: number; redemptions: number; uses: number }> {
    const [row] = await this.rows<{ redeemed: string; redemptions: string; uses: string }>(
      `SELECT redeemed, (SELECT count(*) FROM redemption r WHERE r.coupon_id = c.coupon_id) AS redemptions,
              (SELECT coalesce(sum(uses), 0) FROM coupon_usage u WHERE u.coupon_id = c.coupon_id) AS uses
         FROM coupon c WHERE coupon_id = $1`,
      [couponId],
    );
    return {
      redeemed: Number(row?.redeemed),
      redemptions: Number(row?.redemptions),
      uses: Number(row?.uses),
    };
  }

  private token(tenantId: string, userId: string): Promise<string> {
    const known = this.tokens.get(`${tenantId}/${userId}`);
    const token = known ?? this.issuer.token({ role: 'end_user', tenant: tenantId, sub: userId });
    this.tokens.set(`${tenantId}/${userId}`, token);
    return token;
  }
}

/** How often each answer was given: `{ 201: 5, sold_out: 7 }`. */
export function tally(replies: readonly RedeemReply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const name = status === 201 ? '201' : body.code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
