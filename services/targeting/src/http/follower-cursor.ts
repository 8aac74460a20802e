import { id } from '#contracts';
import { ProblemError } from '#platform';

/** The list's opaque cursor: the last user on the page. */
export function cursorOf(userId: string): string {
  return Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Throws ProblemError `invalid_request` for what is none of our cursors. */
export function userIdOfCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const userId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (id.safeParse(userId).success) return userId;
  throw new ProblemError('invalid_request', {
    errors: [{ pointer: 'query/cursor', message: 'must be a nextCursor of this list' }],
  });
}
