import { newId } from '#testkit';
import type { Cafe, PointsWorld } from './points-world.js';

export interface Amount {
  readonly pointNameId: string;
  readonly amount: bigint;
}

/** How a redemption that a test puts in looks; what is left out it did not move. */
export interface RedeemedOver {
  readonly userId?: string;
  readonly couponId?: string;
  readonly price?: Amount;
  readonly bonus?: Amount;
  /** MB taken for its call, and where that call stands. */
  readonly units?: number;
  readonly call?: 'pending' | 'in_flight' | 'succeeded' | 'failed';
  /** Minutes since. */
  readonly ago?: number;
}

export interface RedeemedRow {
  readonly redemptionId: string;
  readonly couponId: string;
  readonly userId: string;
  readonly fulfilmentId: string | null;
}

/** Redemptions as a batch leaves them behind, put in past it, so that each test says how they look. */
export class VoidFixture {
  constructor(
    readonly points: PointsWorld,
    readonly cafe: Cafe,
  ) {}

  /** A coupon of the café with so many redemptions to come. */
  async coupon(over: { max?: number | null; status?: string; finished?: boolean } = {}): Promise<string> {
    const couponId = newId();
    const { max = 10, status = 'active', finished = false } = over;
    await this.points.rows(
      `INSERT INTO coupon (tenant_id, coupon_id, channel_id, partner_id, type, version, status, redeemed, max, finished,
                           per_user_cap, taken_over_at)
       VALUES ($1, $2, $3, $4, 'click', 1, $5, 0, $6, $7, 5, octopus_now())`,
      [this.points.tenantId, couponId, this.cafe.channelId, this.cafe.partnerId, status, max, finished],
    );
    return couponId;
  }

  /** One redemption with everything that it moved. */
  async redeemed(over: RedeemedOver = {}): Promise<RedeemedRow> {
    const { tenantId } = this.points;
    const { partnerId, channelId } = this.cafe;
    const { price = null, bonus = null, units = null, call, ago = 1 } = over;
    const couponId = over.couponId ?? (await this.coupon());
    const [redemptionId, userId] = [newId(), over.userId ?? newId()];
    const fulfilmentId = call === undefined ? null : newId();
    await this.points.rows(
      `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                               reservation_id, partner_id, store_id, cashier_id, price_point, price_amount, bonus_point,
                               bonus_amount, units_resource, units, fulfilment_id)
       VALUES ($1, $2, $3, 1, $4, $5, octopus_now() - make_interval(mins => $6), $7, $8, $9, $10, $11, $12, $13, $14,
               $15, $16, $17)`,
      [
        tenantId,
        redemptionId,
        couponId,
        channelId,
        userId,
        ago,
        newId(),
        partnerId,
        this.cafe.storeId,
        this.cafe.cashierId,
        price?.pointNameId ?? null,
        price?.amount ?? null,
        bonus?.pointNameId ?? null,
        bonus?.amount ?? null,
        units === null ? null : 'MB',
        units,
        fulfilmentId,
      ],
    );
    await this.points.rows(
      'UPDATE coupon SET redeemed = redeemed + 1, rev = rev + 1, finished = finished OR redeemed + 1 >= max WHERE coupon_id = $1',
      [couponId],
    );
    await this.points.rows(
      `INSERT INTO coupon_usage AS u (tenant_id, coupon_id, user_id, uses, last_at)
       VALUES ($1, $2, $3, 1, octopus_now() - make_interval(mins => $4))
       ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE
         SET uses = u.uses + 1, last_at = greatest(u.last_at, excluded.last_at)`,
      [tenantId, couponId, userId, ago],
    );
    // What the price took was there before; both are booked as the batch books them.
    const why = { redemptionId, couponId };
    if (price !== null) {
      await this.book(userId, price.pointNameId, price.amount, {
        kind: 'granted',
        grantedBy: newId(),
        reason: 'x',
      });
      await this.book(userId, price.pointNameId, -price.amount, { kind: 'price', ...why });
    }
    if (bonus !== null) await this.book(userId, bonus.pointNameId, bonus.amount, { kind: 'bonus', ...why });
    if (call !== undefined)
      await this.points.rows(
        `INSERT INTO fulfilment (tenant_id, fulfilment_id, redemption_id, coupon_id, channel_id, partner_id, user_id,
                                 trigger_id, units_resource, units, state, pending_since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, octopus_now())`,
        [
          tenantId,
          fulfilmentId,
          redemptionId,
          couponId,
          channelId,
          partnerId,
          userId,
          newId(),
          units === null ? null : 'MB',
          units,
          call,
        ],
      );
    return { redemptionId, couponId, userId, fulfilmentId };
  }

  /** One entry of the ledger; balances may fall to 0 and no lower. */
  async book(userId: string, pointNameId: string, amount: bigint, cause: object): Promise<void> {
    await this.points.rows(
      `WITH booked AS (
         INSERT INTO point_balance AS b (tenant_id, user_id, point_name_id, balance, revision)
         VALUES ($1, $2, $3, greatest($4::bigint, 0), 1)
         ON CONFLICT (tenant_id, user_id, point_name_id) DO UPDATE
           SET balance = b.balance + $4::bigint, revision = b.revision + 1
         RETURNING balance, revision)
       INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
       SELECT $1::uuid, $2::uuid, $5::uuid, $3::uuid, $4::bigint, balance, revision, $6::jsonb, octopus_now() FROM booked`,
      [this.points.tenantId, userId, pointNameId, amount, newId(), JSON.stringify(cause)],
    );
  }

  async balance(userId: string, pointNameId: string): Promise<bigint | undefined> {
    const [row] = await this.points.rows<{ balance: string }>(
      'SELECT balance FROM point_balance WHERE user_id = $1 AND point_name_id = $2',
      [userId, pointNameId],
    );
    return row && BigInt(row.balance);
  }

  async stock(couponId: string): Promise<{ redeemed: number; finished: boolean; rev: number }> {
    const [row] = await this.points.rows<{ redeemed: string; finished: boolean; rev: string }>(
      'SELECT redeemed, finished, rev FROM coupon WHERE coupon_id = $1',
      [couponId],
    );
    return { redeemed: Number(row?.redeemed), finished: row?.finished === true, rev: Number(row?.rev) };
  }

  usage(couponId: string, userId: string): Promise<{ uses: number; last_at: Date }[]> {
    return this.points.rows('SELECT uses, last_at FROM coupon_usage WHERE coupon_id = $1 AND user_id = $2', [
      couponId,
      userId,
    ]);
  }
}
