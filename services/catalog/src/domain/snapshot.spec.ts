import { describe, expect, it } from '@jest/globals';
import { couponSnapshot, sampleIds } from '#contracts';
import { couponIn, draftCoupon, minutes } from '../../test/sample-coupons.js';
import { snapshotOf, wasPublished } from './snapshot.js';

const channel = { partnerId: sampleIds.partner, status: 'active' } as const;
const image = {
  renditions: [{ width: 1280, height: 720, type: 'image/webp' as const, url: '/images/x/1280.webp' }],
};

describe('snapshotOf', () => {
  it.each(['scheduled', 'active', 'disabled', 'finished'] as const)('%s: keeps the contract', (status) => {
    const snapshot = snapshotOf(couponIn(status, { endAt: minutes(90) }), channel, image);
    expect(couponSnapshot.parse(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      status,
      version: 2,
      schedule: { endAt: '2026-11-22T13:30:00.000Z', timeZone: 'Europe/Zagreb' },
      publishedAt: '2026-11-22T11:15:00.000Z',
    });
  });

  it('carries every term', () => {
    const amount = { pointNameId: sampleIds.pointName, amount: '5' };
    const terms = {
      maxRedemptions: 100,
      maxRedemptionsPerUser: 3,
      timeLimit: { amount: 2, unit: 'hours' },
      price: amount,
      bonus: amount,
      validity: { amount: 3, unit: 'days' },
      hideIfNotAvailable: true,
    } as const;
    const cost = { resource: 'MB', units: 5 };
    const recurrence = { kind: 'daily', opensAt: '10:00', closesAt: '12:00' } as const;
    const told = {
      audience: 'followers',
      availability: 'grant',
      programmeId: sampleIds.programme,
      position: 4,
    } as const;
    const coupon = couponIn('active', {
      ...terms,
      ...told,
      recurrence,
      triggerId: sampleIds.trigger,
      triggerCost: cost,
    });
    expect(snapshotOf(coupon, { ...channel, status: 'draft' }, image)).toMatchObject({
      ...told,
      imageId: sampleIds.image,
      image,
      partnerId: sampleIds.partner,
      channelStatus: 'draft',
      terms: { ...terms, trigger: { triggerId: sampleIds.trigger, cost } },
      schedule: { recurrence },
      editedAt: '2026-11-22T11:00:00.000Z',
    });
  });

  it('does not let a half-made coupon out', () => {
    expect(() => snapshotOf(couponIn('active', { name: null }), channel, image)).toThrow(/without name/);
    expect(() => snapshotOf(draftCoupon(), channel, image)).toThrow(/without/);
  });

  it('knows which coupons others know', () => {
    expect(wasPublished(draftCoupon())).toBe(false);
    expect(wasPublished(couponIn('active'))).toBe(true);
  });
});
