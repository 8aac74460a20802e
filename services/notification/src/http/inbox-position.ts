import { ProblemError } from '#platform';

const wholeNumber = /^(0|[1-9]\d{0,15})$/;

/** The list's opaque cursor: the position of the last message on the page. */
export function cursorOf(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

/** Throws ProblemError `invalid_request` for what is none of our cursors. */
export function positionOfCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!wholeNumber.test(text)) throw invalid('query/cursor', 'must be a nextCursor of this list');
  return Number(text);
}

/** Position in a Last-Event-ID header; null when there is none. Throws ProblemError `invalid_request`. */
export function positionOfEventId(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (!wholeNumber.test(header)) throw invalid('header/last-event-id', 'must be an id of this stream');
  return Number(header);
}

function invalid(pointer: string, message: string): ProblemError {
  return new ProblemError('invalid_request', { errors: [{ pointer, message }] });
}
