import type { CouponSnapshot, PassView, Problem, RedemptionView, ScreenCodeView } from '#contracts';
import { rotatingCode, rotatingScreenCode } from '#qr-codes';
import { newId, type TestClaims } from '#testkit';
import { type Cafe, PointsWorld } from './points-world.js';
import type { Replica } from './redemption-world.js';

export type { Cafe } from './points-world.js';

export interface CodeReply<Body> {
  readonly status: number;
  readonly body: Body & Problem;
  readonly headers: Headers;
}

export interface Sending {
  readonly replica?: Replica;
  readonly key?: string;
}

/** Cafés with tills, and users with phones. The database's clock may stand still; phones then go by it. */
export class CodeWorld {
  private readonly tokens = new Map<string, Promise<string>>();
  private frozenAt: number | undefined;
  private readonly firstReplica: Replica;

  private constructor(readonly points: PointsWorld) {
    this.firstReplica = points.replica;
  }

  static async start(env: Record<string, string> = {}): Promise<CodeWorld> {
    return new CodeWorld(await PointsWorld.start(env));
  }

  stop(): Promise<void> {
    return this.points.stop();
  }

  get tenantId(): string {
    return this.points.tenantId;
  }

  get world(): PointsWorld['world'] {
    return this.points.world;
  }

  cafe(): Promise<Cafe> {
    return this.points.cafe();
  }

  /** A qr coupon of the café that any follower may redeem, unless told otherwise. */
  coupon(cafe: Cafe, over: Parameters<CodeWorld['world']['coupon']>[0] = {}): Promise<CouponSnapshot> {
    const { channelId, partnerId } = cafe;
    return this.world.coupon({ type: 'qr', channelId, partnerId, ...over });
  }

  /** A follower of the coupon's channel with a phone. */
  async user(coupon: CouponSnapshot): Promise<TestClaims & { sub: string; device: string }> {
    const [sub = ''] = await this.world.followersOf(coupon, 1);
    return { role: 'end_user', tenant: this.tenantId, sub, device: newId() };
  }

  async passOf(user: TestClaims, couponId: string): Promise<PassView> {
    const { status, body } = await this.send<PassView>(user, `coupons/${couponId}/pass`);
    if (status !== 201) throw new Error(`no pass: ${JSON.stringify(body)}`);
    return body;
  }

  /** What the phone shows so many steps from now. */
  async shown(pass: PassView, steps = 0): Promise<{ code: string; typed: string }> {
    return rotatingCode(pass, this.now + steps * 30_000, 0);
  }

  async screenOf(cashier: TestClaims, couponId: string): Promise<ScreenCodeView> {
    const { status, body } = await this.send<ScreenCodeView>(cashier, `coupons/${couponId}/screen-code`);
    if (status !== 200) throw new Error(`no screen code: ${JSON.stringify(body)}`);
    return body;
  }

  async onScreen(screen: ScreenCodeView, steps = 0): Promise<string> {
    return (await rotatingScreenCode(screen, this.now + steps * 30_000, 0)).code;
  }

  scan(cashier: TestClaims, code: string, sending: Sending = {}): Promise<CodeReply<RedemptionView>> {
    return this.send(cashier, 'scans', { code }, sending);
  }

  redeem(user: TestClaims, code: string, sending: Sending = {}): Promise<CodeReply<RedemptionView>> {
    return this.send(user, 'code-redemptions', { code }, sending);
  }

  /** POST with a body, GET without one by `get`. */
  async send<Body>(
    claims: TestClaims,
    path: string,
    body: unknown = {},
    { replica = this.firstReplica, key = newId() }: Sending = {},
  ): Promise<CodeReply<Body>> {
    const response = await fetch(`${replica.url}/v1/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.token(claims)}`,
        'idempotency-key': key,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Body & Problem,
    };
  }

  async get(claims: TestClaims, path: string, replica = this.firstReplica): Promise<Response> {
    return fetch(`${replica.url}/v1/${path}`, {
      headers: { authorization: `Bearer ${await this.token(claims)}` },
    });
  }

  /** Stops the database's clock at an instant (milliseconds since 1970), so that borders can be stood upon. */
  async freeze(ms: number): Promise<void> {
    this.frozenAt = ms;
    await this.world.database.ownerPool().query(
      `CREATE OR REPLACE FUNCTION octopus_now() RETURNS timestamptz LANGUAGE sql VOLATILE
       AS $$ SELECT to_timestamp(${ms} / 1000.0) $$`,
    );
  }

  /** Lets it go on, in step with everybody else's. */
  async thaw(): Promise<void> {
    this.frozenAt = undefined;
    await this.world.database.shiftClock(0);
  }

  /** The database's clock, to the accuracy of two processes on one machine. */
  get now(): number {
    return this.frozenAt ?? Date.now();
  }

  private token(claims: TestClaims): Promise<string> {
    const name = JSON.stringify(claims);
    const token = this.tokens.get(name) ?? this.world.issuer.token({ tenant: this.tenantId, ...claims });
    this.tokens.set(name, token);
    return token;
  }
}

/** `201`, or the code of the refusal. */
export function said({ status, body }: CodeReply<object>): number | string {
  return status < 300 ? status : body.code;
}
