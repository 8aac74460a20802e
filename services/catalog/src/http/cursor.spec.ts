import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleIds } from '#contracts';
import { ProblemError } from '#platform';
import { channelCursor, couponCursor } from './cursor.js';

const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('comes back as the position that it was made of', () => {
    const instants = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (createdAt) => {
        const position = { createdAt, couponId: sampleIds.coupon };
        const cursor = couponCursor.write(position);
        expect(couponCursor.read(cursor)).toEqual(position);
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
    ['one with SQL in it', written({ createdAt: '2026-01-01T00:00:00Z', couponId: "' OR 1=1" })],
    ['one with more in it', written({ createdAt: '2026-01-01T00:00:00Z', couponId: sampleIds.coupon, x: 1 })],
    ['one without an instant', written({ createdAt: 'today', couponId: sampleIds.coupon })],
  ])('that is %s is refused, and named', (_, cursor) => {
    try {
      couponCursor.read(cursor);
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
        expect(() => couponCursor.read(text)).toThrow(ProblemError);
      }),
    );
  });
});
