import type { Channel, CouponSnapshot, Follow, User } from '#contracts';
import { newId } from '../new-id.js';

/** What a test says of a coupon; of its terms and its schedule it names only what it is about. */
type CouponOverrides = Partial<Omit<CouponSnapshot, 'terms' | 'schedule'>> & {
  readonly terms?: Partial<CouponSnapshot['terms']>;
  readonly schedule?: Partial<CouponSnapshot['schedule']>;
};

/** A published, active click coupon without any limit; override what the test is about. */
export function aCoupon({ terms, schedule, ...overrides }: CouponOverrides = {}): CouponSnapshot {
  return {
    couponId: newId(),
    channelId: newId(),
    partnerId: newId(),
    channelStatus: 'active',
    version: 2,
    status: 'active',
    finishedReason: null,
    type: 'click',
    name: 'Free espresso',
    description: 'One espresso on the house.',
    terms: {
      maxRedemptions: null,
      maxRedemptionsPerUser: null,
      timeLimit: null,
      price: null,
      bonus: null,
      validity: null,
      trigger: null,
      hideIfNotAvailable: false,
      ...terms,
    },
    audience: 'followers',
    availability: 'rule',
    programmeId: null,
    levelIds: [],
    imageId: null,
    image: null,
    position: null,
    editedAt: null,
    schedule: { startAt: null, endAt: null, timeZone: 'Europe/Zagreb', recurrence: null, ...schedule },
    messages: { redeemed: 'Enjoy your {{coupon.name}}, {{user.name}}!', reminder: null },
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
