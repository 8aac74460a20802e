import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleIds } from '#contracts';
import { ProblemError } from '#platform';
import { channelCursor, couponCursor } from './cursor.js';

const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const position = { sort: 'newest', place: -7, at: '2026-01-01T00:00:00Z', couponId: sampleIds.coupon };

describe('a cursor', () => {
  it('comes back as the position that it was made of', () => {
    const instants = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (at) => {
        const position = { sort: 'newest', place: -7, at, couponId: sampleIds.coupon } as const;
        const cursor = couponCursor('newest').write(position);
        expect(couponCursor('newest').read(cursor)).toEqual(position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,500}$/);
      }),
    );
    expect(channelCursor.read(channelCursor.write({ channelId: sampleIds.channel }))).toEqual({
      channelId: sampleIds.channel,
    });
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['nothing', ''],
    ['another list’s', channelCursor.write({ channelId: sampleIds.channel })],
    ['one with SQL in it', written({ ...position, couponId: "' OR 1=1" })],
    ['one with more in it', written({ ...position, x: 1 })],
    ['one without an instant', written({ ...position, at: 'today' })],
    ['one of another order', written({ ...position, sort: 'oldest' })],
    ['one with a place that no column holds', written({ ...position, place: -2_147_483_649 })],
  ])('that is %s is refused, and named', (_, cursor) => {
    try {
      couponCursor('newest').read(cursor);
      throw new Error('was read');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error).toMatchObject({
        code: 'invalid_request',
        extras: { errors: [{ pointer: 'query/cursor' }] },
      });
    }
  });

  it('is read without surprise, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => couponCursor('newest').read(text)).toThrow(ProblemError);
      }),
    );
  });
});
