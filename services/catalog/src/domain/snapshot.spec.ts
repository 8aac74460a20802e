import { describe, expect, it } from '@jest/globals';
import { couponSnapshot } from '#contracts';
import { couponIn, draftCoupon, minutes } from '../../test/sample-coupons.js';
import { snapshotOf, wasPublished } from './snapshot.js';

describe('snapshotOf', () => {
  it.each(['scheduled', 'active', 'disabled', 'finished'] as const)('%s: keeps the contract', (status) => {
    const snapshot = snapshotOf(couponIn(status, { endAt: minutes(90) }));
    expect(couponSnapshot.parse(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      status,
      version: 2,
      schedule: { endAt: '2026-11-22T13:30:00.000Z', timeZone: 'Europe/Zagreb' },
      publishedAt: '2026-11-22T11:15:00.000Z',
    });
  });

  it('does not let a half-made coupon out', () => {
    expect(() => snapshotOf(couponIn('active', { name: null }))).toThrow(/without name/);
    expect(() => snapshotOf(draftCoupon())).toThrow(/without/);
  });

  it('knows which coupons others know', () => {
    expect(wasPublished(draftCoupon())).toBe(false);
    expect(wasPublished(couponIn('active'))).toBe(true);
  });
});
