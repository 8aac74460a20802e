import type { Granted, Revoked } from '#contracts';
import { newId } from '../new-id.js';
import type { TestFact } from './test-fact.js';

type GrantFact = TestFact<'targeting.grant.v1'>;

/** A coupon has become available to somebody, for the first time. */
export function aGrant(overrides: Partial<Granted> = {}): Granted {
  return {
    grantId: newId(),
    couponId: newId(),
    couponVersion: 2,
    channelId: newId(),
    userId: newId(),
    availableAt: new Date().toISOString(),
    cause: 'published',
    placeId: null,
    revived: false,
    hops: 0,
    ...overrides,
  };
}

/** As targeting will make it. A return is a fact with `revived` and a higher revision. */
export function grantFact(tenantId: string, data: Granted, revision = 1): GrantFact {
  return { ...grantOf(tenantId, data, revision), name: 'granted', data };
}

/** The same grant, ended; `over` for a cause other than unfollowing. */
export function revokeFact(
  tenantId: string,
  { grantId, couponId, couponVersion, channelId, userId, availableAt }: Granted,
  revision = 2,
  over: Partial<Revoked> = {},
): GrantFact {
  const grant = { grantId, couponId, couponVersion, channelId, userId, availableAt };
  const data: Revoked = { ...grant, cause: 'unfollowed', revokedAt: new Date().toISOString(), ...over };
  return { ...grantOf(tenantId, data, revision), name: 'revoked', data };
}

/** The same coupon for many, as a fan-out makes them; to be sent with `produceAll`. */
export function grantFactsFor(
  tenantId: string,
  coupon: Pick<Granted, 'couponId' | 'channelId'>,
  userIds: readonly string[],
  overrides: Partial<Granted> = {},
): GrantFact[] {
  const { couponId, channelId } = coupon;
  return userIds.map((userId) => grantFact(tenantId, aGrant({ couponId, channelId, userId, ...overrides })));
}

function grantOf(
  tenantId: string,
  { couponId, userId }: Pick<Granted, 'couponId' | 'userId'>,
  revision: number,
): Omit<GrantFact, 'name' | 'data'> {
  return {
    topic: 'targeting.grant.v1',
    tenantId,
    key: `${couponId}/${userId}`,
    subject: `grant/${couponId}/${userId}`,
    revision,
  };
}
