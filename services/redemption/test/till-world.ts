import type { CouponSnapshot, PassView } from '#contracts';
import { newId, type TestClaims } from '#testkit';
import { type Cafe, CodeWorld } from './code-world.js';

export interface Asking {
  readonly path: string;
  readonly claims: TestClaims;
  readonly body?: unknown;
  /** null: none is sent. */
  readonly key?: string | null;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** What a redemption, a pass, a void or a grant of points leaves behind. */
const TABLES = [
  'coupon',
  'coupon_usage',
  'redemption',
  'stored_answer',
  'idempotency_key',
  'point_balance',
  'point_entry',
  'addon_balance',
  'addon_entry',
  'fulfilment',
  'pass',
  'printed_code',
  'user_grant',
  'auto_attempt',
];

/** Two accounts with a till each, coupons of the first one, and requests that are sent as they are. */
export class TillWorld {
  /** Another tenant. */
  readonly abroad = newId();
  private readonly snapshots = new Map<string, CouponSnapshot>();

  private constructor(
    readonly codes: CodeWorld,
    readonly cafe: Cafe,
    readonly theirs: Cafe,
  ) {}

  static async start(): Promise<TillWorld> {
    const codes = await CodeWorld.start({ REDEMPTION_CODE_FAILURES: '100000' });
    return new TillWorld(codes, await codes.cafe(), await codes.cafe());
  }

  stop(): Promise<void> {
    return this.codes.stop();
  }

  /** A coupon to click, and one who may. */
  async click(): Promise<{ couponId: string; user: TestClaims }> {
    const coupon = await this.codes.coupon(this.cafe, { type: 'click', name: 'Secret espresso' });
    return { couponId: coupon.couponId, user: await this.codes.user(coupon) };
  }

  /** A coupon by code, and a phone with its pass. */
  async phone(): Promise<{ couponId: string; user: TestClaims & { sub: string }; pass: PassView }> {
    const coupon = await this.codes.coupon(this.cafe, { name: 'Secret espresso' });
    this.snapshots.set(coupon.couponId, coupon);
    const user = await this.codes.user(coupon);
    return { couponId: coupon.couponId, user, pass: await this.codes.passOf(user, coupon.couponId) };
  }

  /** What the phone shows so many steps from now, at the till. */
  async scanned(pass: PassView, over: Partial<Asking> = {}, steps = 0): Promise<Asking> {
    const { code } = await this.codes.shown(pass, steps);
    return { path: 'scans', claims: this.cafe.cashier, body: { code }, ...over };
  }

  async finish(couponId: string): Promise<void> {
    const coupon = this.snapshots.get(couponId);
    if (coupon === undefined) throw new Error('a coupon of phone() only');
    const version = coupon.version + 1;
    await this.codes.world.snapshot({ ...coupon, version, status: 'finished', finishedReason: 'archived' });
  }

  async ask({ path, claims, body, key = newId() }: Asking): Promise<Told> {
    const token = await this.codes.world.issuer.token({ tenant: this.codes.tenantId, ...claims });
    const response = await fetch(`${this.codes.points.replica.url}/v1/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(key !== null && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Told['body'],
    };
  }

  async accepted(asking: Asking): Promise<Told> {
    const told = await this.ask(asking);
    if (told.status !== 201) throw new Error(`not accepted: ${JSON.stringify(told.body)}`);
    return told;
  }

  /** A sum over each table, of both tenants. */
  everything(): Promise<object> {
    const sums = TABLES.map(
      (table) =>
        `SELECT '${table}' AS of, count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t`,
    ).join(' UNION ALL ');
    const { database } = this.codes.world;
    return Promise.all([this.codes.tenantId, this.abroad].map((tenant) => database.rows(tenant, sums)));
  }
}
