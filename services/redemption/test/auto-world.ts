import type { CouponSnapshot } from '#contracts';
import { aGrant, eventually, grantFact, newId, pointNameFact, aPointName } from '#testkit';
import { RunAutoAttempts } from '../src/use-cases/run-auto-attempts.js';
import { type Replica, RedemptionWorld } from './redemption-world.js';

export interface AttemptRow extends Record<string, unknown> {
  readonly nth: number;
  readonly state: string;
  readonly blocked_by: string | null;
  readonly due_at: Date;
  readonly hops: number;
}

type AnyCouponOver = NonNullable<Parameters<RedemptionWorld['coupon']>[0]>;
/** Of how often a user may redeem it null is unlimited, and 1 if nothing is said. */
type CouponOver = Omit<AnyCouponOver, 'perUser' | 'max'> & { max?: number | null; perUser?: number | null };

/** Automatic coupons, grants of them and what came of it. */
export class AutoWorld {
  private readonly replicas: Replica[] = [];

  private constructor(readonly world: RedemptionWorld) {}

  static async start(replicas = 1, env: Record<string, string> = {}): Promise<AutoWorld> {
    const auto = new AutoWorld(await RedemptionWorld.start(env));
    for (let n = 0; n < replicas; n += 1) auto.replicas.push(await auto.world.replica());
    return auto;
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  get tenantId(): string {
    return this.world.tenantId;
  }

  get replica(): Replica {
    const [first] = this.replicas;
    if (first === undefined) throw new Error('no replica was started');
    return first;
  }

  async coupon({ perUser = 1, max = null, ...over }: CouponOver = {}): Promise<CouponSnapshot> {
    return this.world.coupon({
      type: 'auto',
      availability: 'grant',
      ...(perUser !== null && { perUser }),
      ...(max !== null && { max }),
      ...over,
    });
  }

  /** The next version of its terms. Resolves when redemption decides on it. */
  async edit(coupon: CouponSnapshot, over: Partial<CouponSnapshot>): Promise<CouponSnapshot> {
    const edited = { ...coupon, ...over, version: coupon.version + 1 };
    await this.world.snapshot(edited);
    return edited;
  }

  /** Through Kafka, as targeting tells it. */
  async grant(
    { couponId, channelId }: Pick<CouponSnapshot, 'couponId' | 'channelId'>,
    userId = newId(),
    over: Parameters<typeof aGrant>[0] = {},
  ): Promise<ReturnType<typeof aGrant>> {
    const grant = aGrant({ couponId, channelId, userId, ...over });
    await this.world.namespace.produce('targeting.grant.v1', grantFact(this.tenantId, grant));
    return grant;
  }

  /** Past Kafka: so many grants with an attempt each, due now. */
  async grantMany(
    { couponId }: Pick<CouponSnapshot, 'couponId'>,
    count: number,
    hops = 0,
  ): Promise<string[]> {
    const userIds = Array.from({ length: count }, () => newId());
    await this.rows(
      `WITH g AS (
         INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
         SELECT $1, $2, u, gen_random_uuid(), 1, octopus_now(), false, $4 FROM unnest($3::uuid[]) u RETURNING *)
       INSERT INTO auto_attempt (tenant_id, coupon_id, user_id, nth, attempt_id, grant_id, hops, state, due_at)
       SELECT tenant_id, coupon_id, user_id, 1, gen_random_uuid(), grant_id, hops, 'waiting', available_at FROM g`,
      [this.tenantId, couponId, userIds, hops],
    );
    return userIds;
  }

  /** Looks at once, where a test changed something past the service. */
  nudge(): void {
    for (const { app } of this.replicas) app.get(RunAutoAttempts).nudge();
  }

  rows<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.world.rows<Row>(sql, values);
  }

  attempts({ couponId }: Pick<CouponSnapshot, 'couponId'>, userId?: string): Promise<AttemptRow[]> {
    return this.rows<AttemptRow>(
      `SELECT nth, state, blocked_by, due_at, hops FROM auto_attempt
        WHERE tenant_id = $1 AND coupon_id = $2 AND ($3::uuid IS NULL OR user_id = $3) ORDER BY user_id, nth`,
      [this.tenantId, couponId, userId ?? null],
    );
  }

  /** Resolves when the one attempt of the coupon is in this state, for this reason. */
  async eventuallyIs(
    coupon: Pick<CouponSnapshot, 'couponId'>,
    state: string,
    blockedBy?: string,
  ): Promise<void> {
    await eventually(async () => {
      const rows = await this.attempts(coupon);
      const [row] = rows;
      const said = rows.map((one) => `${one.state} ${one.blocked_by ?? ''}`).join(', ');
      const isSo =
        rows.length === 1 && row?.state === state && (blockedBy ?? row.blocked_by) === row.blocked_by;
      if (!isSo) throw new Error(`not ${state} ${blockedBy ?? ''} but ${said}`);
    });
  }

  async redemptions({ couponId }: Pick<CouponSnapshot, 'couponId'>): Promise<number> {
    return (await this.world.countsOf(couponId)).redemptions;
  }

  async eventuallyRedeemed(coupon: Pick<CouponSnapshot, 'couponId'>, times: number): Promise<void> {
    await eventually(async () => {
      const redeemed = await this.redemptions(coupon);
      if (redeemed !== times) throw new Error(`redeemed ${redeemed} times, not ${times}`);
    });
  }

  async pointName(): Promise<string> {
    const pointName = aPointName();
    await this.world.namespace.produce('catalog.point-name.v1', pointNameFact(this.tenantId, pointName));
    await eventually(async () => {
      const rows = await this.rows('SELECT FROM point_name WHERE point_name_id = $1', [
        pointName.pointNameId,
      ]);
      if (rows.length === 0) throw new Error('not taken over yet');
    });
    return pointName.pointNameId;
  }
}
