import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { HistoryItem, RedemptionMethod, ShiftItem } from '#contracts';
import { firstIdAt } from '#platform';

/** A cashier's list goes so far back: a day, whichever zone the store is in. */
const SHIFT_HOURS = 24;
/** Ids are made by processes, instants by the database: how far these clocks may be apart. */
const CLOCKS_APART_HOURS = 1;
const HOUR_MS = 3_600_000;

const AFTER_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** At most `limit` redemptions, those before `after`; null = from the newest on. */
interface Part {
  readonly after: { readonly redemptionId: string } | null;
  readonly limit: number;
}

interface Row {
  readonly redemptionId: string;
  readonly couponId: string;
  readonly couponName: string;
  readonly channelId: string;
  readonly userId: string;
  readonly storeId: string | null;
  readonly redeemedAt: Date;
  readonly method: RedemptionMethod;
  readonly price: HistoryItem['price'];
  readonly bonus: HistoryItem['bonus'];
  readonly voidedAt: Date | null;
}

/** Redemptions as lists show them, newest first, voided ones among them; a page reads its own rows and no others. */
@Injectable()
export class RedemptionHistoryStore {
  async ofUser(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { after, limit }: Part,
  ): Promise<HistoryItem[]> {
    const rows = await tx.query<Row[]>(withNames('r.user_id = $2 AND r.redemption_id < $3', '$4'), [
      tenantId,
      userId,
      after?.redemptionId ?? AFTER_ALL,
      limit,
    ]);
    return rows.map(({ channelId, ...row }) => ({ ...shared(row), channelId }));
  }

  /** What a cashier of the partner redeemed in the last 24 hours before `now`. */
  async ofShift(
    tx: EntityManager,
    tenantId: string,
    { cashierId, partnerId, now }: { cashierId: string; partnerId: string; now: Date },
    { after, limit }: Part,
  ): Promise<ShiftItem[]> {
    const since = new Date(now.getTime() - SHIFT_HOURS * HOUR_MS);
    // By the id alone the index knows where the shift began; by the instant, which partitions need not be looked at.
    const rows = await tx.query<Row[]>(
      withNames(
        'r.cashier_id = $2 AND r.partner_id = $3 AND r.redemption_id < $4 AND r.redemption_id > $5 AND r.redeemed_at > $6',
        '$7',
      ),
      [
        tenantId,
        cashierId,
        partnerId,
        after?.redemptionId ?? AFTER_ALL,
        firstIdAt(new Date(since.getTime() - CLOCKS_APART_HOURS * HOUR_MS)),
        since,
        limit,
      ],
    );
    return rows.map(({ userId, storeId, ...row }) => ({ ...shared(row), userId, storeId }));
  }
}

/** The rows of the page first, then a look-up of names for each. */
function withNames(which: string, limit: string): string {
  return `
    SELECT r.redemption_id AS "redemptionId", r.coupon_id AS "couponId", coalesce(k.name, '') AS "couponName",
           r.channel_id AS "channelId", r.user_id AS "userId", r.store_id AS "storeId", r.redeemed_at AS "redeemedAt",
           r.method, r.voided_at AS "voidedAt",
           ${points('price')} AS price, ${points('bonus')} AS bonus
      FROM (SELECT * FROM redemption r WHERE r.tenant_id = $1 AND ${which}
             ORDER BY r.redemption_id DESC LIMIT ${limit}) r
      LEFT JOIN coupon_card k ON k.tenant_id = $1 AND k.coupon_id = r.coupon_id
      LEFT JOIN point_name price ON price.tenant_id = $1 AND price.point_name_id = r.price_point
      LEFT JOIN point_name bonus ON bonus.tenant_id = $1 AND bonus.point_name_id = r.bonus_point
     ORDER BY r.redemption_id DESC`;
}

function points(what: 'price' | 'bonus'): string {
  return `CASE WHEN r.${what}_point IS NOT NULL
               THEN json_build_object('pointNameId', r.${what}_point, 'amount', r.${what}_amount::text,
                                      'pointName', ${what}.name) END`;
}

function shared({
  redemptionId,
  couponId,
  couponName,
  method,
  price,
  bonus,
  ...row
}: Omit<Row, 'channelId' | 'userId' | 'storeId'>) {
  const redeemedAt = row.redeemedAt.toISOString();
  return {
    redemptionId,
    couponId,
    couponName,
    redeemedAt,
    method,
    price,
    bonus,
    voidedAt: row.voidedAt?.toISOString() ?? null,
  };
}
