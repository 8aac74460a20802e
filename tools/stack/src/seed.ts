import { setTimeout as sleep } from 'node:timers/promises';
import { couponView, demo, demoUsers, imageView, pointNameView } from '#contracts';
import { onceKnown, type Send, senderAs } from './seed-client.js';

/** Where the running system answers, such as `http://127.0.0.1:8080`. */
export interface SeedPlace {
  frontDoorUrl: string;
}

/**
 * Puts the demo tenant's facts in over HTTP, as another Octopus service would, and publishes coupons as its owner.
 * Seeding twice changes nothing: facts carry a revision or an id of their own, commands a fixed Idempotency-Key.
 * @throws Error naming the request that failed
 */
export async function seedDemo({ frontDoorUrl }: SeedPlace): Promise<void> {
  const [service, owner] = await Promise.all([
    senderAs(frontDoorUrl, 'service'),
    senderAs(frontDoorUrl, 'owner'),
  ]);
  await Promise.all([putChannel(service), ...putPartner(service), ...putUsersAndFollows(service)]);
  const beans = await makePointName(owner);
  await putProgramme(service, 2, beans);
  await Promise.all([
    giveBeans(service, beans),
    ...demoCoupons(beans).map(async ({ picture, ...coupon }) =>
      publishCoupon(owner, { ...coupon, imageId: await uploadPicture(owner, picture) }),
    ),
  ]);
}

function putChannel(send: Send): Promise<Response> {
  return send('PUT', `/catalog/v1/channels/${demo.channel}`, {
    name: demo.channelName,
    status: 'active',
    timeZone: demo.timeZone,
    partnerId: demo.partner,
    ownerIds: [demo.owner],
    revision: 1,
  });
}

/** The account with one store, one cashier and a loyalty programme. */
function putPartner(send: Send): Promise<Response>[] {
  const { partner, store, cashier, channelName, timeZone } = demo;
  return [
    send('PUT', `/catalog/v1/partners/${partner}`, { name: channelName, active: true, revision: 1 }),
    send('PUT', `/catalog/v1/stores/${store}`, {
      partnerId: partner,
      name: `${channelName}, Ilica 1`,
      timeZone,
      position: { latitude: 45.8131, longitude: 15.9753 },
      revision: 1,
    }),
    send('PUT', `/catalog/v1/cashiers/${cashier}`, {
      partnerId: partner,
      displayName: 'Marko',
      storeIds: [store],
      pointsGrant: { perGrant: '100', perDay: '1000' },
      revision: 1,
    }),
    putProgramme(send, 1),
  ];
}

/** Its earning action names the beans, which can be made only once the programme is there: hence two revisions. */
function putProgramme(send: Send, revision: number, beans?: string): Promise<Response> {
  const visit = { actionId: demo.earningAction, name: 'Visit the café', pointNameId: beans, points: '10' };
  return send('PUT', `/catalog/v1/programmes/${demo.programme}`, {
    partnerId: demo.partner,
    name: 'Central Club',
    levels: [],
    earningActions: beans === undefined ? [] : [visit],
    revision,
  });
}

function putUsersAndFollows(send: Send): Promise<Response>[] {
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

async function makePointName(send: Send): Promise<string> {
  const body = { partnerId: demo.partner, name: 'bean', programmeId: demo.programme };
  const made = await onceKnown(() => send('POST', '/catalog/v1/point-names', body, 'demo-point-name'));
  return pointNameView.parse(await made.json()).pointNameId;
}

/** Ana has 60 beans for her visits. */
function giveBeans(send: Send, pointNameId: string): Promise<Response> {
  return send('PUT', `/redemption/v1/points-earned/${demo.earningAction}`, {
    userId: demoUsers.ana.userId,
    programmeId: demo.programme,
    pointNameId,
    actionId: demo.earningAction,
    points: '60',
    earnedAt: new Date().toISOString(),
  });
}

/** One coupon to click, one for the counter by QR, one with three minutes of evidence, one that recurs. */
function demoCoupons(beans: string): ({ picture: string } & Record<string, unknown>)[] {
  return [
    {
      type: 'click',
      picture: 'croissant',
      name: 'Free croissant',
      description: 'A croissant on the house for the first hundred guests.',
      maxRedemptions: 100,
      maxRedemptionsPerUser: 2,
      redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}! Yours, {{channel.name}}',
    },
    {
      type: 'qr',
      picture: 'beans',
      name: 'Coffee for beans',
      description: 'Show the code at the counter; a coffee costs 20 beans.',
      price: { pointNameId: beans, amount: '20' },
      redeemedMessage: 'Here is your coffee, {{user.name}}.',
    },
    {
      type: 'time_based',
      picture: 'hourglass',
      name: 'Guest of the hour',
      description: 'Press Redeem at the counter and show the hourglass; once in 24 hours.',
      maxRedemptionsPerUser: 30,
      timeLimit: { amount: 24, unit: 'hours' },
      redeemedMessage: 'See you tomorrow, {{user.name}}!',
    },
    {
      type: 'click',
      picture: 'espresso',
      name: 'Happy hour',
      description: 'A second espresso on the house, each day from five to seven in the evening.',
      maxRedemptionsPerUser: 30,
      timeLimit: { amount: 12, unit: 'hours' },
      recurrence: { kind: 'daily', opensAt: '17:00', closesAt: '19:00' },
      redeemedMessage: 'Here is your second espresso, {{user.name}}.',
    },
  ];
}

/** One of those on the stories' page. Uploaded again it is the same image. @returns its id */
async function uploadPicture(send: Send, picture: string): Promise<string> {
  const file = await send('GET', `/pictures/${picture}.webp`);
  const made = await send('POST', '/catalog/v1/images', await file.blob());
  return imageView.parse(await made.json()).imageId;
}

async function publishCoupon(send: Send, coupon: Record<string, unknown>): Promise<void> {
  // Another whenever the body changes: a clone may go on with the data of an older one.
  const recurs = coupon['recurrence'] === undefined ? '' : '-recurring';
  const key = `demo-coupon-2-${String(coupon['type'])}${recurs}`;
  const body = { channelId: demo.channel, ...coupon };
  const created = await onceKnown(() => send('POST', '/catalog/v1/coupons', body, key));
  const { couponId } = couponView.parse(await created.json());
  await send('POST', `/catalog/v1/coupons/${couponId}/publish`, {}, key);
  await untilRedeemable(send, couponId);
}

async function untilRedeemable(send: Send, couponId: string): Promise<void> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const response = await send('GET', `/catalog/v1/coupons/${couponId}`);
    if (!couponView.parse(await response.json()).takingEffect) return;
    await sleep(50);
  }
}
