import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CouponSnapshot } from '#contracts';
import { type CommandRequest, type Principal, TenantDatabase } from '#platform';
import { aPointName, newId, pointNameFact } from '#testkit';
import { type Cafe, ledgerFaults, PointsWorld } from '../../test/points-world.js';
import { GrantPoints } from './grant-points.js';
import { RedeemCoupon } from './redeem-coupon.js';
import { TakeEarnedPoints } from './take-earned-points.js';
import { VoidRedemption } from './void-redemption.js';

const RUNS = Number(process.env['LEDGER_RUNS'] ?? 20);

/** What one step of a story does; users, coupons, earnings and redemptions by number. */
type Step =
  | { readonly kind: 'grant'; readonly user: number; readonly name: 0 | 1; readonly amount: number }
  | { readonly kind: 'earn'; readonly user: number; readonly earning: number }
  | { readonly kind: 'redeem'; readonly user: number; readonly coupon: number }
  | { readonly kind: 'void'; readonly nth: number };

const USERS = 2;
/** Price and bonus of each coupon: crossed, of one name, and one side only. */
const terms = [
  { price: [0, 5], bonus: [1, 3] },
  { price: [1, 4], bonus: [0, 2] },
  { price: [0, 3], bonus: [0, 2] },
  { price: null, bonus: [1, 6] },
  { price: [1, 7], bonus: null },
] as const;
const EARNED = 11n;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('grant' as const),
    user: fc.nat(USERS - 1),
    name: fc.constantFrom(0 as const, 1 as const),
    amount: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({ kind: fc.constant('earn' as const), user: fc.nat(USERS - 1), earning: fc.nat(2) }),
  fc.record({
    kind: fc.constant('redeem' as const),
    user: fc.nat(USERS - 1),
    coupon: fc.nat(terms.length - 1),
  }),
  fc.record({ kind: fc.constant('void' as const), nth: fc.nat(5) }),
);

let points: PointsWorld;
let cafe: Cafe;
let names: [string, string];
const programmeId = newId();
beforeAll(async () => {
  points = await PointsWorld.start({ REDEMPTION_MAX_PER_USER: '100' });
  cafe = await points.cafe();
  const token = aPointName({ partnerId: cafe.partnerId, programmeId });
  await points.produce(pointNameFact(points.tenantId, token));
  names = [cafe.pointNameId, token.pointNameId];
});
afterAll(async () => {
  if (points === undefined) return;
  await points.replica.stop();
  // Counted when its connections are closed. Every writer takes its locks in one order, so nobody ever waits in a circle.
  const { rows } = await points.world.database
    .ownerPool()
    .query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
  await points.stop();
  expect(rows).toEqual([{ deadlocks: '0' }]);
});

/** One story's users and coupons, with the ways to do something and to see what came of it. */
class Story {
  private readonly users = Array.from({ length: USERS }, newId);
  private readonly earnings = Array.from({ length: 3 }, newId);
  readonly redemptions: { redemptionId: string; user: number; coupon: number; voided: boolean }[] = [];
  /** By user and name, as a ledger in memory has it. */
  readonly expected = new Map<string, bigint>();
  private readonly earned = new Set<number>();

  private constructor(readonly coupons: readonly CouponSnapshot[]) {}

  static async begin(): Promise<Story> {
    const { channelId, partnerId } = cafe;
    const amountOf = (side: readonly [0 | 1, number] | null) =>
      side && { pointNameId: names[side[0]], amount: String(side[1]) };
    const coupons = await Promise.all(
      terms.map(({ price, bonus }) =>
        points.world.coupon({
          channelId,
          partnerId,
          terms: { price: amountOf(price), bonus: amountOf(bonus) },
        }),
      ),
    );
    const story = new Story(coupons);
    await points.rows(
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       SELECT $1, $2, u, true, 1, now() FROM unnest($3::uuid[]) u`,
      [points.tenantId, channelId, story.users],
    );
    return story;
  }

  /** Does it, and says whether it took effect. */
  async take(action: Step): Promise<boolean> {
    const { app } = points.replica;
    switch (action.kind) {
      case 'grant': {
        const body = {
          userId: this.user(action.user),
          pointNameId: names[action.name],
          amount: String(action.amount),
          reason: 'x',
        };
        const outcome = await app.get(GrantPoints).run(command(this.owner), body);
        return outcome.status === 201;
      }
      case 'earn': {
        const { tenantId } = points;
        const earned = {
          earningId: this.earnings[action.earning] ?? '',
          userId: this.user(action.user),
          programmeId,
          pointNameId: names[1],
          actionId: null,
          points: String(EARNED),
          earnedAt: new Date().toISOString(),
        };
        await app
          .get(TenantDatabase)
          .transaction(tenantId, (tx) =>
            app.get(TakeEarnedPoints).run({ tx, tenantId, afterCommit: () => undefined }, earned),
          );
        return true;
      }
      case 'redeem': {
        const couponId = this.coupons[action.coupon]?.couponId ?? '';
        const answer = await app
          .get(RedeemCoupon)
          .run(command({ ...this.owner, role: 'end_user', subject: this.user(action.user) }), couponId);
        if (answer.kind !== 'accepted') return false;
        const { redemptionId } = answer.view;
        this.redemptions.push({ redemptionId, user: action.user, coupon: action.coupon, voided: false });
        return true;
      }
      case 'void': {
        const wanted = this.redemptions[action.nth];
        if (wanted === undefined) return false;
        return app
          .get(VoidRedemption)
          .run(command(this.owner), wanted.redemptionId, null)
          .then(
            () => true,
            (error: { code?: string }) => {
              if (error.code === 'already_voided' || error.code === 'bonus_spent') return false;
              throw error;
            },
          );
      }
    }
  }

  /** What must come of it, by a ledger in memory: whether it takes effect. To be asked before it is done. */
  foretell(action: Step): boolean {
    switch (action.kind) {
      case 'grant':
        return this.move(action.user, action.name, BigInt(action.amount));
      case 'earn':
        if (this.earned.has(action.earning)) return true;
        this.earned.add(action.earning);
        return this.move(action.user, 1, EARNED);
      case 'redeem': {
        const { price, bonus } = terms[action.coupon] ?? terms[0];
        if (price !== null && !this.move(action.user, price[0], -BigInt(price[1]))) return false;
        return bonus === null || this.move(action.user, bonus[0], BigInt(bonus[1]));
      }
      case 'void': {
        const wanted = this.redemptions[action.nth];
        if (wanted === undefined || wanted.voided) return false;
        const { price, bonus } = terms[wanted.coupon] ?? terms[0];
        if (price !== null) this.move(wanted.user, price[0], BigInt(price[1]));
        if (bonus !== null && !this.move(wanted.user, bonus[0], -BigInt(bonus[1]))) {
          if (price !== null) this.move(wanted.user, price[0], -BigInt(price[1]));
          return false;
        }
        wanted.voided = true;
        return true;
      }
    }
  }

  /** Balances as stored, by user and name; those of nothing left out. */
  async balances(): Promise<Map<string, bigint>> {
    const rows = await points.rows<{ user_id: string; point_name_id: string; balance: string }>(
      'SELECT user_id, point_name_id, balance FROM point_balance WHERE user_id = ANY ($1::uuid[]) AND balance <> 0',
      [this.users],
    );
    return new Map(
      rows.map((row) => [
        `${this.users.indexOf(row.user_id)}/${names.indexOf(row.point_name_id)}`,
        BigInt(row.balance),
      ]),
    );
  }

  /** Coupons whose numbers do not agree with their redemptions and uses. */
  drift(): Promise<object[]> {
    return points.rows(
      `SELECT c.coupon_id, c.redeemed, n.counted, n.standing, u.uses FROM coupon c
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE r.counted) AS counted,
                                    count(*) FILTER (WHERE r.voided_at IS NULL) AS standing
                               FROM redemption r WHERE r.coupon_id = c.coupon_id) n
         CROSS JOIN LATERAL (SELECT coalesce(sum(w.uses), 0) AS uses FROM coupon_usage w
                              WHERE w.coupon_id = c.coupon_id) u
        WHERE c.coupon_id = ANY ($1::uuid[]) AND (c.redeemed <> n.counted OR u.uses <> n.standing)`,
      [this.coupons.map(({ couponId }) => couponId)],
    );
  }

  private move(user: number, name: number, amount: bigint): boolean {
    const key = `${user}/${name}`;
    const balance = (this.expected.get(key) ?? 0n) + amount;
    if (balance < 0n) return false;
    if (balance === 0n) this.expected.delete(key);
    else this.expected.set(key, balance);
    return true;
  }

  private user(nth: number): string {
    return this.users[nth] ?? '';
  }

  private get owner(): Principal {
    const { tenantId } = points;
    const subject = cafe.owner.sub ?? '';
    return { tenantId, subject, role: 'channel_owner', channels: [cafe.channelId], expiresAt: 0 };
  }
}

function command(principal: Principal): CommandRequest {
  return { principal, idempotencyKey: newId(), route: 'test', bodyHash: '', correlationId: 'test' };
}

describe('the ledger', () => {
  it('does what a ledger in memory does, whatever is granted, earned, redeemed and taken back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const story = await Story.begin();
        for (const action of steps) {
          const foretold = story.foretell(action);
          expect([action, await story.take(action)]).toEqual([action, foretold]);
        }
        expect(await story.balances()).toEqual(story.expected);
        expect(await points.rows(ledgerFaults)).toEqual([]);
        expect(await story.drift()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('stays whole when everything comes at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 40 }),
        fc.array(step, { minLength: 10, maxLength: 40 }),
        async (first, second) => {
          const story = await Story.begin();
          // What the first half redeemed, the second takes back and redeems at the same time.
          for (const steps of [first, second]) await Promise.all(steps.map((action) => story.take(action)));
          expect(await points.rows(ledgerFaults)).toEqual([]);
          expect(await story.drift()).toEqual([]);
          const moved = await points.rows(wrongMoves);
          expect(moved).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(RUNS / 2) },
    );
  });

  it('has a last line: no balance below 0, whoever writes it', async () => {
    const userId = newId();
    await points.rows(
      `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision) VALUES ($1, $2, $3, 5, 1)`,
      [points.tenantId, userId, names[0]],
    );
    await expect(
      points.rows('UPDATE point_balance SET balance = balance - 6 WHERE user_id = $1', [userId]),
    ).rejects.toThrow('points_never_negative');
    await points.rows('DELETE FROM point_balance WHERE user_id = $1', [userId]);
  });
});

/** Redemptions whose entries are not exactly: price and bonus once, and once back if it was taken back. */
const wrongMoves = `
  SELECT r.redemption_id, r.voided_at IS NOT NULL AS voided, e.kinds
    FROM redemption r
    LEFT JOIN LATERAL (SELECT array_agg(x.cause->>'kind' ORDER BY x.cause->>'kind') AS kinds FROM point_entry x
                        WHERE x.user_id = r.user_id AND x.cause->>'redemptionId' = r.redemption_id::text) e ON true
   WHERE e.kinds IS DISTINCT FROM (
     SELECT array_agg(k ORDER BY k) FROM unnest(
       array_remove(ARRAY[
         CASE WHEN r.price_amount IS NOT NULL THEN 'price' END,
         CASE WHEN r.bonus_amount IS NOT NULL THEN 'bonus' END,
         CASE WHEN r.price_amount IS NOT NULL AND r.voided_at IS NOT NULL THEN 'price_returned' END,
         CASE WHEN r.bonus_amount IS NOT NULL AND r.voided_at IS NOT NULL THEN 'bonus_returned' END], NULL)) k)`;
