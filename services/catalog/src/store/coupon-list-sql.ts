import {
  type CouponCountsQuery,
  type CouponExportQuery,
  type CouponSort,
  couponStatus,
  couponType,
} from '#contracts';
import type { CouponPosition } from '../domain/coupon-position.js';
import { couponViewColumns, couponViewJoins } from './coupon-view.store.js';

/** Which coupons the Manage page shows. */
export interface CouponSelection {
  readonly channelIds: readonly string[];
  readonly filters: CouponCountsQuery;
}

export interface CouponListQuery extends CouponSelection {
  readonly filters: CouponExportQuery;
  readonly after: CouponPosition | null;
  readonly limit: number;
}

/** What a search by name comes to: these coupons, or, where they are many, whichever contains the words. */
export type Named = { readonly couponIds: readonly string[] } | { readonly words: string };

export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

type Bind = (value: unknown) => string;

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

/** @param named null: not searched by name */
export function couponListSql(tenantId: string, query: CouponListQuery, named: Named | null): Statement {
  const { parameters, bind } = binding();
  const order = orders[query.filters.sort];
  const conditions = [
    ...selecting(tenantId, query.filters, named, bind),
    ...(query.after === null ? [] : [isBehind(query.after, order, bind)]),
  ];
  const limit = `ORDER BY ${orderBy(order)} LIMIT ${bind(query.limit)}`;
  const rows =
    named !== null && 'couponIds' in named
      ? oneByOne(query, conditions, bind)
      : branches(query, conditions, limit, bind);
  return {
    sql: `WITH c AS MATERIALIZED (SELECT * FROM (${rows}) found ${limit})
          SELECT ${couponViewColumns} FROM c ${couponViewJoins} ORDER BY ${orderBy(order, 'c.')}`,
    parameters,
  };
}

/** How many there are in each status, looking at `most` at most. */
export function couponCountSql(
  tenantId: string,
  { channelIds, filters }: CouponSelection,
  named: Named | null,
  most: number,
): Statement {
  const { parameters, bind } = binding();
  const conditions = [
    ...selecting(tenantId, filters, named, bind),
    `channel_id = ANY (${bind(channelIds)})`,
    ...ofKinds(filters, bind),
  ];
  return {
    sql: `SELECT status, count(*)::int AS count
          FROM (SELECT status FROM coupon WHERE ${conditions.join(' AND ')} LIMIT ${bind(most)}) counted
          GROUP BY status`,
    parameters,
  };
}

/** OFFSET 0: they are few, so they are looked up by their ids, whatever the planner thinks of walking along an order. */
function oneByOne({ channelIds, filters }: CouponSelection, conditions: string[], bind: Bind): string {
  const all = [...conditions, `channel_id = ANY (${bind(channelIds)})`, ...ofKinds(filters, bind)];
  return `SELECT * FROM coupon WHERE ${all.join(' AND ')} OFFSET 0`;
}

/**
 * Each channel, and where statuses or types are asked for each channel, status and type, gives at most a page through
 * an index in the order asked for: the last page costs as much as the first, and rare coupons no more than frequent ones.
 */
function branches(
  { channelIds, filters: { status, type } }: CouponSelection,
  conditions: string[],
  limit: string,
  bind: Bind,
): string {
  const byKind = status !== undefined || type !== undefined;
  const kinds = byKind
    ? `CROSS JOIN unnest(${bind(status ?? couponStatus.options)}::text[]) AS of_status (status)
       CROSS JOIN unnest(${bind(type ?? couponType.options)}::text[]) AS of_type (type)`
    : '';
  const ofBranch = [
    ...conditions,
    'channel_id = mine.channel_id',
    ...(byKind ? ['coupon.status = of_status.status AND coupon.type = of_type.type'] : []),
  ];
  return `SELECT branch.* FROM unnest(${bind(channelIds)}::uuid[]) AS mine (channel_id) ${kinds}
          CROSS JOIN LATERAL (SELECT * FROM coupon WHERE ${ofBranch.join(' AND ')} ${limit}) branch`;
}

function ofKinds({ status, type }: CouponCountsQuery, bind: Bind): string[] {
  return [
    ...(status === undefined ? [] : [`status = ANY (${bind(status)})`]),
    ...(type === undefined ? [] : [`type = ANY (${bind(type)})`]),
  ];
}

/** What holds in every branch. */
function selecting(
  tenantId: string,
  { programmeId, loyalty, createdFrom, createdUntil }: CouponCountsQuery,
  named: Named | null,
  bind: Bind,
): string[] {
  return [
    `tenant_id = ${bind(tenantId)}`,
    ...(programmeId === undefined ? [] : [`programme_id = ${bind(programmeId)}`]),
    ...(loyalty === undefined ? [] : [`programme_id IS ${loyalty === 'yes' ? 'NOT NULL' : 'NULL'}`]),
    ...(createdFrom === undefined ? [] : [`created_at >= ${bind(createdFrom)}::timestamptz`]),
    ...(createdUntil === undefined ? [] : [`created_at < ${bind(createdUntil)}::timestamptz`]),
    ...(named === null ? [] : [isNamed(named, bind)]),
  ];
}

function isNamed(named: Named, bind: Bind): string {
  return 'couponIds' in named
    ? `coupon_id = ANY (${bind(named.couponIds)}::uuid[])`
    : // No pattern: nothing in the words has a meaning of its own.
      `strpos(name_key, search_key(${bind(named.words)})) > 0`;
}

function isBehind(
  { place, at, couponId }: CouponPosition,
  { columns, direction }: Order,
  bind: Bind,
): string {
  const places = columns.includes('place') ? [`${bind(place)}::integer`] : [];
  const values = [...places, `${bind(at)}::timestamptz`, `${bind(couponId)}::uuid`];
  return `(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${values.join(', ')})`;
}

function orderBy({ columns, direction }: Order, alias = ''): string {
  return columns.map((column) => `${alias}${column} ${direction}`).join(', ');
}

function binding(): { parameters: unknown[]; bind: Bind } {
  const parameters: unknown[] = [];
  return { parameters, bind: (value) => `$${parameters.push(value)}` };
}
