import { Injectable } from '@nestjs/common';
import type { RedemptionView } from '#contracts';
import { TenantDatabase } from '#platform';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon, Person } from '../domain/coupon.js';
import { arrayOf } from './array-literal.js';

/** What the database knew at one instant, without a lock. */
export interface CouponFacts {
  /** Its clock: milliseconds since 1970. */
  readonly now: number;
  readonly coupons: ReadonlyMap<string, Coupon>;
  /** In the order asked. `stored`: the answer kept under the entry's key. */
  readonly entries: readonly {
    readonly stored: { readonly fingerprint: string; readonly answer: RedemptionView } | undefined;
    readonly person: Person;
  }[];
}

interface Reply {
  readonly now: number;
  readonly coupons: readonly Coupon[];
  readonly entries: readonly [string | null, RedemptionView | null, boolean, number][];
}

/** Reads without deciding: one round trip (migrations/redeem-facts). */
@Injectable()
export class CouponFactsStore {
  constructor(private readonly database: TenantDatabase) {}

  /** The coupons of the entries, the entries' stored answers and their users. All of one tenant. */
  async read(
    tenantId: string,
    couponIds: readonly string[],
    entries: readonly RedeemEntry[],
  ): Promise<CouponFacts> {
    const places = new Map(couponIds.map((couponId, index) => [couponId, index + 1]));
    const { rows } = await this.database.pool.query<{ reply: Reply }>({
      name: 'redeem_facts',
      text: 'SELECT redeem_facts($1, $2, $3, $4, $5) AS reply',
      values: [
        tenantId,
        arrayOf(couponIds),
        arrayOf(entries.map(({ couponId }) => places.get(couponId) ?? 0)),
        arrayOf(entries.map(({ userId }) => userId)),
        arrayOf(entries.map(({ reservationId }) => reservationId)),
      ],
    });
    const reply = rows[0]?.reply;
    if (reply === undefined) throw new Error('redeem_facts gave no row');
    return {
      now: reply.now,
      coupons: new Map(reply.coupons.map((coupon) => [coupon.couponId, coupon])),
      entries: reply.entries.map(([fingerprint, answer, following, uses]) => ({
        stored: fingerprint === null || answer === null ? undefined : { fingerprint, answer },
        person: { following, uses },
      })),
    };
  }

  async coupon(tenantId: string, couponId: string): Promise<Coupon | undefined> {
    const { coupons } = await this.read(tenantId, [couponId], []);
    return coupons.get(couponId);
  }
}
