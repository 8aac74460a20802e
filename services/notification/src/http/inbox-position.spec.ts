import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '#platform';
import { cursorOf, positionOfCursor, positionOfEventId } from './inbox-position.js';

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof ProblemError) return { code: error.code, errors: error.extras.errors };
  }
  return null;
}

describe('the list cursor', () => {
  it.each([0, 1, 42, Number.MAX_SAFE_INTEGER])('comes back as given: %i', (position) => {
    expect(positionOfCursor(cursorOf(position))).toBe(position);
  });

  it.each([
    'nonsense',
    cursorOf(-1),
    cursorOf(1.5),
    cursorOf(Number.NaN),
    cursorOf(1e300),
    '%00',
    'MQ; DROP',
  ])('refuses %s, naming the query parameter', (cursor) => {
    expect(refusal(() => positionOfCursor(cursor))).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: 'query/cursor' }],
    });
  });
});

describe('Last-Event-ID', () => {
  it.each([undefined, ''])('may be missing: %j', (header) => expect(positionOfEventId(header)).toBeNull());
  it('is a position', () => expect(positionOfEventId('17')).toBe(17));
  it.each(['-1', '1.5', 'abc', '1e3', ' 7', '99999999999999999999', '٣'])(
    'refuses %s, naming the header',
    (header) => {
      expect(refusal(() => positionOfEventId(header))).toMatchObject({
        code: 'invalid_request',
        errors: [{ pointer: 'header/last-event-id' }],
      });
    },
  );
});
