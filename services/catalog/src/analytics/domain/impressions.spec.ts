import { describe, expect, it } from '@jest/globals';
import { correctedImpressions, MOST_AGE_MS } from './impressions.js';

const now = new Date('2026-11-22T10:00:00.000Z');
const seen = (seenAt: string, sentAt: string): string[] =>
  correctedImpressions({ sentAt, impressions: [{ couponId: 'c', place: 'list', seenAt }] }, now).map(
    (impression) => impression.seenAt,
  );

describe("an impression's instant", () => {
  it("is corrected by how far the app's clock is off, ahead or behind", () => {
    expect(seen('2026-11-22T12:59:00Z', '2026-11-22T13:00:00Z')).toEqual(['2026-11-22T09:59:00.000Z']);
    expect(seen('1970-01-01T00:00:00Z', '1970-01-01T00:05:00Z')).toEqual(['2026-11-22T09:55:00.000Z']);
  });

  it('is now where it lies after the sending', () => {
    expect(seen('2026-11-22T10:30:00Z', '2026-11-22T10:00:00Z')).toEqual([now.toISOString()]);
  });

  it('counts up to 7 days, not longer', () => {
    const at = (age: number): string => new Date(now.getTime() - age).toISOString();
    expect(seen(at(MOST_AGE_MS), now.toISOString())).toEqual([at(MOST_AGE_MS)]);
    expect(seen(at(MOST_AGE_MS + 1), now.toISOString())).toEqual([]);
  });
});
