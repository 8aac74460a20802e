import type { Channel, CouponSnapshot, Follow, User } from '#contracts';
import { newId } from '../new-id.js';

/** A published, active click coupon without any limit; override what the test is about. */
export function aCoupon(overrides: Partial<CouponSnapshot> = {}): CouponSnapshot {
  return {
    couponId: newId(),
    channelId: newId(),
    version: 2,
    status: 'active',
    finishedReason: null,
    type: 'click',
    name: 'Free espresso',
    description: 'One espresso on the house.',
    terms: { maxRedemptions: null, maxRedemptionsPerUser: null },
    schedule: { startAt: null, endAt: null, timeZone: 'Europe/Zagreb' },
    messages: { redeemed: 'Enjoy your {{coupon.name}}, {{user.name}}!' },
    publishedAt: new Date().toISOString(),
    ...overrides,
  };
}

export function aChannel(overrides: Partial<Channel> = {}): Channel {
  return {
    channelId: newId(),
    name: 'Café Central',
    status: 'active',
    timeZone: 'Europe/Zagreb',
    partnerId: newId(),
    ownerIds: [newId()],
    ...overrides,
  };
}

/** Somebody who follows a channel. */
export function aFollow(overrides: Partial<Follow> = {}): Follow {
  return {
    channelId: newId(),
    userId: newId(),
    following: true,
    changedAt: new Date().toISOString(),
    ...overrides,
  };
}

export function aUser(overrides: Partial<User> = {}): User {
  return { userId: newId(), displayName: 'Ana', timeZone: 'Europe/Zagreb', removed: false, ...overrides };
}
