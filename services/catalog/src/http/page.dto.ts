import type { Channel, CouponSort, CouponView, PageQuery } from '#contracts';
import { positionOf } from '../domain/coupon-position.js';
import type { Page, PageRequest } from '../use-cases/page.js';
import { channelCursor, couponCursor, type CursorCodec, idCursor } from './cursor.js';

interface PageAnswer<Item> {
  items: Item[];
  nextCursor: string | null;
}

export function pageRequest<Position>(
  { limit, cursor }: PageQuery,
  codec: CursorCodec<Position>,
): PageRequest<Position> {
  return { limit, after: cursor === undefined ? null : codec.read(cursor) };
}

export function couponPageAnswer(
  { items, last }: Page<CouponView>,
  sort: CouponSort,
): PageAnswer<CouponView> {
  return { items, nextCursor: last && couponCursor(sort).write(positionOf(sort, last)) };
}

export function channelPageAnswer({ items, last }: Page<Channel>): PageAnswer<Channel> {
  return { items, nextCursor: last && channelCursor.write(last) };
}

/** A page of a list that is ordered by the id that `idOf` reads. */
export function idPageAnswer<Item>(
  { items, last }: Page<Item>,
  idOf: (item: Item) => string,
): PageAnswer<Item> {
  return { items, nextCursor: last && idCursor.write(idOf(last)) };
}
