import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cloudEventType,
  eventMap,
  isRevised,
  messagePage,
  problemCodes,
  redemptionView,
  subjectOf,
  type TopicDefinition,
} from '#contracts';
import { eventually, newId } from '#testkit';
import { type Cafe, openCafe } from './system/cafe.js';
import { openEventStream } from './system/event-stream.js';
import { call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

describe('the story, through the front door', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  beforeAll(async () => {
    system = await startWholeSystem();
    cafe = await openCafe(system);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  it('a published coupon is redeemed until its cap, and everybody hears of it', async () => {
    const [ana, bruno, clara] = cafe.followers as [Guest, Guest, Guest];
    const phone = await openEventStream(`${system.url}/notification/v1/inbox/stream`, ana.token);
    const { couponId } = await cafe.publish({ maxRedemptions: 2, maxRedemptionsPerUser: 1 });

    const key = newId();
    const first = await cafe.redeem(couponId, ana, { key });
    expect(first.status).toBe(201);
    expect(redemptionView.parse(first.body)).toMatchObject({
      couponId,
      userId: ana.userId,
      userRedemptions: 1,
    });
    const again = await cafe.redeem(couponId, ana, { key });
    expect([again.status, again.body]).toEqual([201, first.body]);

    expect(await cafe.redeem(couponId, ana)).toMatchObject(refusal('user_limit_reached'));
    expect(await cafe.redeem(couponId, cafe.stranger)).toMatchObject(refusal('not_a_follower'));
    expect(await cafe.redeem(couponId, bruno)).toMatchObject({ status: 201 });
    expect((await cafe.redeem(couponId, clara)).body).toMatchObject({
      code: expect.stringMatching(/^(sold_out|coupon_finished)$/),
    });

    await eventually(async () => {
      expect(await cafe.readCoupon(couponId)).toMatchObject({
        status: 'finished',
        finishedReason: 'max_redemptions',
        redeemed: 2,
      });
    });
    await eventually(() => expect(phone.events.map(({ name }) => name)).toEqual(['message']));
    expect(JSON.parse(phone.events[0]?.data ?? '')).toMatchObject({
      text: 'Enjoy your Free espresso, Guest 1!',
      kind: 'coupon_redeemed',
      couponId,
    });
    phone.close();
    const inbox = await call('GET', `${system.url}/notification/v1/inbox`, { token: ana.token });
    expect(messagePage.parse(inbox.body).items).toHaveLength(1);
  });

  it('facts put in over HTTP take effect through their topics', async () => {
    const { tenantId, serviceToken: token } = cafe;
    const [channelId, userId, ownerId] = [newId(), newId(), newId()];
    const put = (path: string, body: unknown) => call('PUT', `${system.url}${path}`, { token, body });
    const channel = {
      name: 'Kiosk',
      status: 'active',
      timeZone: 'Europe/Zagreb',
      partnerId: newId(),
      ownerIds: [ownerId],
    };
    const answers = [
      await put(`/catalog/v1/channels/${channelId}`, { ...channel, revision: 1 }),
      await put(`/targeting/v1/users/${userId}`, {
        displayName: 'Eva',
        timeZone: null,
        removed: false,
        revision: 1,
      }),
      await put(`/targeting/v1/channels/${channelId}/followers/${userId}`, { following: true, revision: 1 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const owner = await system.issuer.token({
      role: 'channel_owner',
      tenant: tenantId,
      sub: ownerId,
      channels: [channelId],
    });
    await eventually(async () => {
      const mine = await call('GET', `${system.url}/catalog/v1/channels`, { token: owner });
      expect(mine.body).toMatchObject({ items: [{ channelId, name: 'Kiosk' }] });
      const followers = await call('GET', `${system.url}/targeting/v1/channels/${channelId}/followers`, {
        token,
      });
      expect(followers.body).toMatchObject({ items: [{ userId }] });
    });
  });

  it('starts and ends on time', async () => {
    const [ana] = cafe.followers as [Guest];
    const [startAt, endAt] = [2_500, 5_500].map((ms) => new Date(Date.now() + ms).toISOString());
    const { couponId, status } = await cafe.publish({ startAt, endAt });
    expect(status).toBe('scheduled');
    const early = await cafe.redeem(couponId, ana);
    expect(early).toMatchObject(refusal('coupon_not_started'));
    expect(early.body).toMatchObject({ retryAt: startAt });
    await eventually(async () => expect((await cafe.readCoupon(couponId)).status).toBe('active'));
    expect((await cafe.redeem(couponId, ana)).status).toBe(201);
    await eventually(async () =>
      expect(await cafe.readCoupon(couponId)).toMatchObject({
        status: 'finished',
        finishedReason: 'end_date',
      }),
    );
    const late = await cafe.redeem(couponId, ana);
    expect(['coupon_ended', 'coupon_finished']).toContain(late.body['code']);
  });

  it('the owner disables, enables and archives', async () => {
    const [ana] = cafe.followers as [Guest];
    const { couponId } = await cafe.publish();
    const act = (action: string) =>
      call('POST', `${system.url}/catalog/v1/coupons/${couponId}/${action}`, { token: cafe.ownerToken });
    const applied = () =>
      eventually(async () => expect((await cafe.readCoupon(couponId)).takingEffect).toBe(false));
    expect((await act('disable')).body).toMatchObject({ status: 'disabled' });
    await applied();
    expect(await cafe.redeem(couponId, ana)).toMatchObject(refusal('coupon_disabled'));
    expect((await act('enable')).body).toMatchObject({ status: 'active' });
    await applied();
    expect((await cafe.redeem(couponId, ana)).status).toBe(201);
    expect((await act('archive')).body).toMatchObject({ status: 'finished', finishedReason: 'archived' });
    await applied();
    expect(await cafe.redeem(couponId, ana)).toMatchObject(refusal('coupon_finished'));
    expect(await act('enable')).toMatchObject(refusal('wrong_state'));
  });

  it('left only valid events on Kafka, each of one story with one correlation id, and no dead letter', async () => {
    const [ana] = cafe.followers as [Guest];
    const { couponId } = await cafe.publish();
    const headers = { 'x-correlation-id': 'one-story' };
    const answer = await cafe.redeem(couponId, ana, { headers });
    expect([answer.status, answer.headers.get('x-correlation-id')]).toEqual([201, 'one-story']);
    for (const topic of ['redemption.redemption.v1', 'notification.message.v1'] as const) {
      const records = await system.namespace.collect(topic);
      await eventually(() =>
        expect(records.map((record) => record.envelope?.correlationId)).toContain('one-story'),
      );
      const { events }: TopicDefinition = eventMap[topic];
      const isValid = (data: unknown): boolean =>
        Object.values(events).some(({ schema }) => schema.safeParse(data).success);
      expect(records.filter(({ data }) => !isValid(data))).toEqual([]);
    }
    for (const topic of told) expect(await strayHeaders(system, topic)).toEqual([]);
    for (const database of Object.values(system.databases)) {
      const { rows } = await database.ownerPool().query('SELECT topic, reason, error FROM dead_letter');
      expect(rows).toEqual([]);
    }
  });
});

type Guest = Cafe['stranger'];

/** Topics on which these stories leave facts. */
const told = [
  'catalog.channel.v1',
  'catalog.coupon.v1',
  'notification.message.v1',
  'platform.channel.v1',
  'platform.follow.v1',
  'platform.user.v1',
  'redemption.coupon-applied.v1',
  'redemption.coupon-exhausted.v1',
  'redemption.redemption.v1',
  'scheduler.due.v1',
] as const;

/** Facts whose subject or revision is not what docs/events.md says of them. */
async function strayHeaders({ namespace }: WholeSystem, name: (typeof told)[number]): Promise<object[]> {
  const topic: TopicDefinition = eventMap[name];
  const records = await namespace.collect(name);
  await eventually(() => expect(records.length).toBeGreaterThan(0));
  return records.filter(({ envelope, data }) => {
    const fact = Object.keys(topic.events).find((one) => cloudEventType(topic, one) === envelope?.type);
    if (fact === undefined || envelope === undefined) return true;
    const isRight = envelope.subject === subjectOf(topic, fact, data);
    return !isRight || isRevised(topic) !== (envelope.revision !== undefined);
  });
}

function refusal(code: keyof typeof problemCodes): { status: number; body: object } {
  return { status: problemCodes[code].status, body: expect.objectContaining({ code }) };
}
