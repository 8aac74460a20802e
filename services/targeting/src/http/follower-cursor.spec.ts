import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '#platform';
import { newId } from '#testkit';
import { cursorOf, userIdOfCursor } from './follower-cursor.js';

describe('the followers cursor', () => {
  it('comes back as given', () => {
    const userId = newId();
    expect(userIdOfCursor(cursorOf(userId))).toBe(userId);
  });

  it.each(['nonsense', 'AAAA', cursorOf('00000000-0000-0000-0000-000000000000'), `${cursorOf(newId())}AA`])(
    'refuses %s, naming the query parameter',
    (cursor) => {
      let refusal: unknown;
      try {
        userIdOfCursor(cursor);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(ProblemError);
      expect(refusal).toMatchObject({
        code: 'invalid_request',
        extras: { errors: [{ pointer: 'query/cursor' }] },
      });
    },
  );
});
