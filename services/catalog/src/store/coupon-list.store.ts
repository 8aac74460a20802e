import type { CouponStatus, CouponView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageAddresses } from '../images/image-addresses.js';
import {
  couponCountSql,
  type CouponListQuery,
  couponListSql,
  type CouponSelection,
  type Named,
} from './coupon-list-sql.js';
import { type CouponViewRow, toCouponView } from './coupon-view.store.js';

/** Coupons that a search finds are looked up one by one up to so many; of more, the next is met soon on the way. */
const FEW = 500;

/** The list of the Manage page. */
@Injectable()
export class CouponListStore {
  constructor(private readonly images: ImageAddresses) {}

  async list(tx: EntityManager, tenantId: string, query: CouponListQuery): Promise<CouponView[]> {
    const named = await this.#namedAs(tx, query.filters.search);
    const { sql, parameters } = couponListSql(tenantId, query, named);
    const rows: CouponViewRow[] = await tx.query(sql, parameters);
    return rows.map((row) => toCouponView(row, this.images));
  }

  /** How many there are in each status that occurs, looking at `most` at most. */
  async count(
    tx: EntityManager,
    tenantId: string,
    selection: CouponSelection,
    most: number,
  ): Promise<Partial<Record<CouponStatus, number>>> {
    const named = await this.#namedAs(tx, selection.filters.search);
    const { sql, parameters } = couponCountSql(tenantId, selection, named, most);
    const rows: { status: CouponStatus; count: number }[] = await tx.query(sql, parameters);
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  async #namedAs(tx: EntityManager, words: string | undefined): Promise<Named | null> {
    if (words === undefined) return null;
    const rows: { couponIds: string[] | null }[] = await tx.query(
      'SELECT coupons_named($1, $2) AS "couponIds"',
      [words, FEW],
    );
    const couponIds = rows[0]?.couponIds ?? null;
    return couponIds === null ? { words } : { couponIds };
  }
}
