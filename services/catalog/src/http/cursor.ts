import { id, instant } from '#contracts';
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

export const couponCursor = cursorCodec(
  z.strictObject({ createdAt: instant, couponId: id }),
  ({ createdAt, couponId }: CouponPosition) => ({ createdAt: createdAt.toISOString(), couponId }),
  ({ createdAt, couponId }) => ({ createdAt: new Date(createdAt), couponId }),
);

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
