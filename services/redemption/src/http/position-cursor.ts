import { z } from 'zod';
import { addonUnits, id, type PageQuery } from '#contracts';
import { ProblemError } from '#platform';
import type { Page, PageRequest } from '../use-cases/page.js';

/** A list's cursors: the position of a page's last item as opaque text. Not secret, not signed: it only says where to go on. */
export interface PositionCursor<Position> {
  /** @throws ProblemError invalid_request naming the query parameter */
  request(query: PageQuery): PageRequest<Position>;
  answer<Item extends Position>(page: Page<Item>): { items: Item[]; nextCursor: string | null };
}

/** @param position what of an item says where it stands; whatever else the item has is left out */
export function positionCursor<Shape extends z.ZodRawShape>(
  position: z.ZodObject<Shape>,
): PositionCursor<z.output<z.ZodObject<Shape>>> {
  const wire = position.strict();
  return {
    request: ({ limit, cursor }) => {
      if (cursor === undefined) return { limit, after: null };
      const parsed = wire.safeParse(jsonOf(cursor));
      if (parsed.success) return { limit, after: parsed.data };
      throw new ProblemError('invalid_request', {
        errors: [{ pointer: 'query/cursor', message: 'must be the nextCursor of an earlier page' }],
      });
    },
    answer: ({ items, last }) => ({
      items,
      nextCursor: last && Buffer.from(JSON.stringify(position.strip().parse(last))).toString('base64url'),
    }),
  };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export const pointNameCursor = positionCursor(z.object({ pointNameId: id }));
export const entryCursor = positionCursor(z.object({ entryId: id }));
export const accountCursor = positionCursor(z.object({ partnerId: id, resource: addonUnits.shape.resource }));
