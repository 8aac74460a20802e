import { type CouponSort, couponSort, id, instant } from '#contracts';
import { ProblemError } from '#platform';
import { z } from 'zod';
import type { CouponPosition } from '../domain/coupon-position.js';

/** A position in a list as the opaque text that callers hand back. Not secret, not signed: it says only where to go on. */
export interface CursorCodec<Position> {
  write(position: Position): string;
  /** @throws ProblemError invalid_request naming the query parameter */
  read(cursor: string): Position;
}

function cursorCodec<Wire extends object, Position>(
  schema: z.ZodType<Wire>,
  toWire: (position: Position) => Wire,
  fromWire: (wire: Wire) => Position,
): CursorCodec<Position> {
  return {
    write: (position) => Buffer.from(JSON.stringify(toWire(position))).toString('base64url'),
    read: (cursor) => {
      const parsed = schema.safeParse(jsonOf(cursor));
      if (parsed.success) return fromWire(parsed.data);
      throw new ProblemError('invalid_request', {
        errors: [{ pointer: 'query/cursor', message: 'must be the nextCursor of an earlier page' }],
      });
    },
  };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** A cursor of a list in another order is refused: it would go on somewhere else. */
export function couponCursor(sort: CouponSort): CursorCodec<CouponPosition> {
  return cursorCodec(
    z.strictObject({
      sort: couponSort.extract([sort]),
      place: z.int32(),
      at: instant,
      couponId: id,
    }),
    ({ at, ...position }: CouponPosition) => ({ ...position, at: at.toISOString() }),
    ({ at, ...position }) => ({ ...position, at: new Date(at) }),
  );
}

export const channelCursor = cursorCodec(
  z.strictObject({ channelId: id }),
  ({ channelId }: { channelId: string }) => ({ channelId }),
  (position) => position,
);

/** Of lists ordered by id. */
export const idCursor = cursorCodec(
  z.strictObject({ after: id }),
  (after: string) => ({ after }),
  ({ after }) => after,
);
