import { setTimeout as sleep } from 'node:timers/promises';
import { type CouponView, couponView, demo, demoUsers } from '#contracts';

/** Where the running system answers, such as `http://127.0.0.1:8080`. */
export interface SeedPlace {
  frontDoorUrl: string;
}

/**
 * Puts the demo tenant's facts in over HTTP, as another Octopus service would, and publishes one coupon as its owner.
 * Seeding twice changes nothing: facts carry a revision, commands a fixed Idempotency-Key.
 * @throws Error naming the request that failed
 */
export async function seedDemo({ frontDoorUrl }: SeedPlace): Promise<void> {
  const [service, owner] = await Promise.all([
    signIn(frontDoorUrl, 'service'),
    signIn(frontDoorUrl, 'owner'),
  ]);
  const asService = requester(frontDoorUrl, service);
  await Promise.all([putChannel(asService), ...putUsersAndFollows(asService)]);
  await publishCoupon(requester(frontDoorUrl, owner));
}

type Request = (method: string, path: string, body?: object, key?: string) => Promise<Response>;

function putChannel(send: Request): Promise<Response> {
  return send('PUT', `/catalog/v1/channels/${demo.channel}`, {
    name: demo.channelName,
    status: 'active',
    timeZone: demo.timeZone,
    partnerId: demo.partner,
    ownerIds: [demo.owner],
    revision: 1,
  });
}

function putUsersAndFollows(send: Request): Promise<Response>[] {
  return Object.values(demoUsers).flatMap(({ userId, displayName, follows }) => [
    send('PUT', `/targeting/v1/users/${userId}`, { displayName, timeZone: demo.timeZone, revision: 1 }),
    ...(follows
      ? [
          send('PUT', `/targeting/v1/channels/${demo.channel}/followers/${userId}`, {
            following: true,
            revision: 1,
          }),
        ]
      : []),
  ]);
}

async function publishCoupon(send: Request): Promise<void> {
  const created = await untilChannelIsKnown(() =>
    send(
      'POST',
      '/catalog/v1/coupons',
      {
        channelId: demo.channel,
        type: 'click',
        name: 'Free croissant',
        description: 'A croissant on the house for the first hundred guests.',
        maxRedemptions: 100,
        maxRedemptionsPerUser: 2,
        redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}! Yours, {{channel.name}}',
      },
      'demo-coupon',
    ),
  );
  const { couponId } = couponView.parse(await created.json());
  await send('POST', `/catalog/v1/coupons/${couponId}/publish`, {}, 'demo-coupon');
  await untilRedeemable(send, couponId);
}

/** The channel reaches catalog by Kafka, a moment after it was put in. */
async function untilChannelIsKnown(create: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      const mayCome = error instanceof SeedRefused && error.code === 'channel_not_found';
      if (!mayCome || attempt === 100) throw error;
      await sleep(50);
    }
  }
}

async function untilRedeemable(send: Request, couponId: string): Promise<void> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const response = await send('GET', `/catalog/v1/coupons/${couponId}`);
    const coupon: CouponView = couponView.parse(await response.json());
    if (!coupon.takingEffect) return;
    await sleep(50);
  }
}

class SeedRefused extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

function requester(frontDoorUrl: string, token: string): Request {
  return async (method, path, body, key) => {
    const response = await fetch(frontDoorUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new SeedRefused(
      `${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`,
      codeOf(text),
    );
  };
}

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

async function signIn(frontDoorUrl: string, persona: string): Promise<string> {
  const response = await fetch(`${frontDoorUrl}/auth/token/${persona}`, {
    headers: { accept: 'text/plain' },
  });
  if (!response.ok) throw new Error(`no demo token for ${persona}: ${response.status}`);
  return response.text();
}
