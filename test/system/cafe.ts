import { type Channel, type CouponView, couponView, imageView, type TopicName } from '#contracts';
import {
  aChannel,
  aFollow,
  aPicture,
  aUser,
  channelFact,
  eventually,
  followFact,
  newId,
  type TestFact,
  userFact,
} from '#testkit';
import { untilHandled } from './handled-events.js';
import { call, type Call, type Answer } from './http-client.js';
import type { WholeSystem } from './whole-system.js';

export interface Guest {
  userId: string;
  name: string;
  token: string;
}

/** A tenant with one channel, its owner and its guests, known to every service of a system. */
export interface Cafe {
  tenantId: string;
  channel: Channel;
  /** For its coupons. */
  imageId: string;
  ownerToken: string;
  serviceToken: string;
  /** Guests who follow the channel. */
  followers: Guest[];
  /** Somebody with the app who does not. */
  stranger: Guest;
  /** Created and published; known to the redemption edge when it resolves. */
  publish(body?: Record<string, unknown>): Promise<CouponView>;
  readCoupon(couponId: string): Promise<CouponView>;
  redeem(couponId: string, guest: Guest, options?: Call & { at?: string }): Promise<Answer>;
}

export interface CafeOptions {
  followers?: number;
  /** Of the channel. */
  timeZone?: string;
  /** Of the followers, in their order; null = they have not said. Default: that of users in tests. */
  zones?: readonly (string | null)[];
}

/** Facts come over Kafka, as the rest of the platform would send them. */
export async function openCafe(
  system: WholeSystem,
  { followers = 3, timeZone = 'Europe/Zagreb', zones = [] }: CafeOptions = {},
): Promise<Cafe> {
  const { issuer, namespace, url } = system;
  const tenantId = newId();
  const channel = aChannel({ timeZone });
  const ownerToken = await issuer.token({
    role: 'channel_owner',
    tenant: tenantId,
    sub: channel.ownerIds[0] ?? newId(),
    channels: [channel.channelId],
  });
  const serviceToken = await issuer.token({ role: 'service', tenant: tenantId });
  const guest = async (name: string): Promise<Guest> => {
    const userId = newId();
    return { userId, name, token: await issuer.token({ role: 'end_user', tenant: tenantId, sub: userId }) };
  };
  const guests = await Promise.all(Array.from({ length: followers }, (_, n) => guest(`Guest ${n + 1}`)));
  const stranger = await guest('Stranger');
  const produce = <T extends TopicName>(fact: TestFact<T>): Promise<string> =>
    namespace.produce(fact.topic, fact);
  const channels = [await produce(channelFact(tenantId, channel))];
  const users = await Promise.all(
    [...guests, stranger].map(({ userId, name }, n) => {
      const zone = zones[n] === undefined ? {} : { timeZone: zones[n] };
      return produce(userFact(tenantId, aUser({ userId, displayName: name, ...zone })));
    }),
  );
  const follows = await Promise.all(
    guests.map(({ userId }) =>
      produce(followFact(tenantId, aFollow({ userId, channelId: channel.channelId }))),
    ),
  );
  await untilHandled(system, 'catalog', channels);
  await untilHandled(system, 'notification', [...channels, ...users]);
  await untilHandled(system, 'targeting', [...users, ...follows]);
  await untilHandled(system, 'redemption', [...users, ...follows]);

  const readCoupon = async (couponId: string): Promise<CouponView> =>
    couponView.parse(
      (await call('GET', `${url}/catalog/v1/coupons/${couponId}`, { token: ownerToken })).body,
    );
  const imageId = await anImage(url, ownerToken);
  const publish = async (body: Record<string, unknown> = {}): Promise<CouponView> => {
    const draft = { ...aDraft(channel.channelId), imageId, ...body };
    const made = await call<CouponView>('POST', `${url}/catalog/v1/coupons`, {
      token: ownerToken,
      body: draft,
    });
    if (made.status !== 201) throw new Error(`no draft: ${JSON.stringify(made.body)}`);
    const { couponId } = made.body;
    const published = await call('POST', `${url}/catalog/v1/coupons/${couponId}/publish`, {
      token: ownerToken,
    });
    if (published.status !== 200) throw new Error(`not published: ${JSON.stringify(published.body)}`);
    return eventually(async () => {
      const view = await readCoupon(couponId);
      if (view.takingEffect) throw new Error('the redemption edge does not know the coupon yet');
      return view;
    });
  };
  return {
    tenantId,
    channel,
    imageId,
    ownerToken,
    serviceToken,
    followers: guests,
    stranger,
    publish,
    readCoupon,
    redeem: (couponId, { token }, { at = `${url}/redemption`, ...rest } = {}) =>
      call('POST', `${at}/v1/coupons/${couponId}/redemptions`, { token, body: {}, ...rest }),
  };
}

export function aDraft(channelId: string): Record<string, unknown> {
  return {
    channelId,
    type: 'click',
    name: 'Free espresso',
    description: 'One espresso on the house.',
    redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}!',
  };
}

/** @returns its id */
async function anImage(url: string, ownerToken: string): Promise<string> {
  const response = await fetch(`${url}/catalog/v1/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ownerToken}`, 'content-type': 'image/png' },
    body: await aPicture(),
  });
  return imageView.parse(await response.json()).imageId;
}
