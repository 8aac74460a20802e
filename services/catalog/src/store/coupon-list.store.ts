import {
  type CouponExportQuery,
  type CouponSort,
  couponStatus,
  couponType,
  type CouponView,
} from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponPosition } from '../domain/coupon-position.js';
import { couponViewColumns, couponViewJoins, type CouponViewRow, toCouponView } from './coupon-view.store.js';

/** Every order runs in one direction, so that a page begins with one comparison of rows. */
interface Order {
  readonly columns: readonly string[];
  readonly direction: 'ASC' | 'DESC';
}

const orders: Readonly<Record<CouponSort, Order>> = {
  newest: { columns: ['created_at', 'coupon_id'], direction: 'DESC' },
  oldest: { columns: ['created_at', 'coupon_id'], direction: 'ASC' },
  edited: { columns: ['edited_at', 'coupon_id'], direction: 'DESC' },
  position: { columns: ['place', 'edited_at', 'coupon_id'], direction: 'DESC' },
};

export interface CouponListQuery {
  readonly channelIds: readonly string[];
  readonly filters: CouponExportQuery;
  readonly after: CouponPosition | null;
  readonly limit: number;
}

/** The list of the Manage page. */
@Injectable()
export class CouponListStore {
  async list(tx: EntityManager, tenantId: string, query: CouponListQuery): Promise<CouponView[]> {
    const { sql, parameters } = couponListSql(tenantId, query);
    const rows: CouponViewRow[] = await tx.query(sql, parameters);
    return rows.map(toCouponView);
  }
}

/**
 * Each channel, and where statuses or types are asked for each channel, status and type, gives at most a page through
 * an index in the order asked for: the last page costs as much as the first, and rare coupons no more than frequent ones.
 */
export function couponListSql(
  tenantId: string,
  { channelIds, filters, after, limit }: CouponListQuery,
): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [tenantId, channelIds, limit];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const { columns, direction } = orders[filters.sort];
  const order = (alias: string) => columns.map((column) => `${alias}${column} ${direction}`).join(', ');
  const { status, type, programmeId, createdFrom, createdUntil } = filters;
  const byKind = status !== undefined || type !== undefined;
  const kinds = byKind
    ? `CROSS JOIN unnest(${bind(status ?? couponStatus.options)}::text[]) AS of_status (status)
       CROSS JOIN unnest(${bind(type ?? couponType.options)}::text[]) AS of_type (type)`
    : '';
  const conditions = [
    'tenant_id = $1 AND channel_id = mine.channel_id',
    ...(byKind ? ['coupon.status = of_status.status AND coupon.type = of_type.type'] : []),
    ...(programmeId === undefined ? [] : [`programme_id = ${bind(programmeId)}`]),
    ...(createdFrom === undefined ? [] : [`created_at >= ${bind(createdFrom)}::timestamptz`]),
    ...(createdUntil === undefined ? [] : [`created_at < ${bind(createdUntil)}::timestamptz`]),
    ...(after === null ? [] : [isBehind(after, orders[filters.sort], bind)]),
  ];
  const sql = `
    SELECT ${couponViewColumns}
    FROM unnest($2::uuid[]) AS mine (channel_id) ${kinds}
    CROSS JOIN LATERAL (
      SELECT * FROM coupon WHERE ${conditions.join(' AND ')} ORDER BY ${order('')} LIMIT $3
    ) c ${couponViewJoins}
    ORDER BY ${order('c.')} LIMIT $3`;
  return { sql, parameters };
}

function isBehind(
  { place, at, couponId }: CouponPosition,
  { columns, direction }: Order,
  bind: (value: unknown) => string,
): string {
  const places = columns.includes('place') ? [`${bind(place)}::integer`] : [];
  const values = [...places, `${bind(at)}::timestamptz`, `${bind(couponId)}::uuid`];
  return `(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${values.join(', ')})`;
}
