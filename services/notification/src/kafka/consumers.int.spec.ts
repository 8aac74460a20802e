import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aChannel, aCoupon, aUser, channelFact, couponFact, eventually, newId, userFact } from '#testkit';
import {
  type AnyFact,
  type NotificationWorld,
  redeemedFact,
  startNotificationWorld,
} from '../../test/notification-world.js';

let world: NotificationWorld;
let url: string;

beforeAll(async () => {
  world = await startNotificationWorld();
  ({ url } = await world.replica({ MESSAGE_LATE_AFTER_MS: '400' }));
});
afterAll(() => world?.stop());

interface MessageRow {
  user_id: string;
  text: string;
  cause_id: string;
  position: string;
}

/** One channel with a coupon and a user, in a tenant of their own. */
function aStory() {
  const tenantId = newId();
  const channel = aChannel();
  const coupon = aCoupon({
    channelId: channel.channelId,
    messages: { redeemed: 'Enjoy your {{coupon.name}}, {{ user.name }}! {{channel.name}}', reminder: null },
  });
  const user = aUser();
  const about = { couponId: coupon.couponId, channelId: channel.channelId, userId: user.userId };
  return {
    tenantId,
    channel,
    coupon,
    user,
    about,
    facts: {
      channel: channelFact(tenantId, channel),
      coupon: couponFact(tenantId, coupon),
      user: userFact(tenantId, user),
    },
    messages: () =>
      world.database.rows<MessageRow>(tenantId, 'SELECT * FROM message ORDER BY user_id, position'),
    pending: async () =>
      (await world.database.rows<{ user_id: string }>(tenantId, 'SELECT * FROM pending_message')).filter(
        (row) => row.user_id === user.userId,
      ),
  };
}

const produce = (fact: AnyFact) => world.produce(fact);

async function produceAndHandle(facts: readonly AnyFact[]): Promise<void> {
  const eventIds: string[] = [];
  for (const fact of facts) eventIds.push(await produce(fact));
  await handled(eventIds);
}

async function published(tenantId: string) {
  const records = await world.namespace.collect('notification.message.v1');
  return records.filter((record) => record.headers['ce_tenantid'] === tenantId);
}

/** Long enough for a doubled message to show itself. */
const settle = () => new Promise((done) => setTimeout(done, 500));

const whole = 'Enjoy your Free espresso, Ana! Café Central';

describe('a redemption of which everything is known', () => {
  it('becomes a message in the inbox and on the topic, keyed by the user', async () => {
    const story = aStory();
    await produceAndHandle(Object.values(story.facts));

    const fact = { ...redeemedFact(story.tenantId, story.about), correlationId: 'one-request' };
    const eventId = await produce(fact);

    await eventually(async () =>
      expect(await story.messages()).toMatchObject([{ text: whole, position: '1' }]),
    );
    await eventually(async () => expect(await published(story.tenantId)).toHaveLength(1));
    const [record] = await published(story.tenantId);
    expect(record?.key).toBe(story.user.userId);
    expect(record?.headers).toMatchObject({ ce_correlationid: 'one-request', ce_causationid: eventId });
    expect(JSON.parse(record?.value ?? '')).toMatchObject({
      userId: story.user.userId,
      channelId: story.channel.channelId,
      couponId: story.coupon.couponId,
      redemptionId: fact.data.redemptionId,
      kind: 'coupon_redeemed',
      text: whole,
    });
  });
});

describe('facts three times each, shuffled', () => {
  it('make exactly one message per redemption', async () => {
    const story = aStory();
    const redemptions = Array.from({ length: 10 }, () => redeemedFact(story.tenantId, story.about));
    const facts: AnyFact[] = [...redemptions, ...Object.values(story.facts)].flatMap((fact) => {
      const once = { ...fact, id: newId() };
      // The third comes under another event id: only the cause says that it is the same.
      return [once, once, { ...once, id: newId() }];
    });
    for (const fact of shuffled(facts)) await produce(fact);

    await eventually(async () => expect(await story.messages()).toHaveLength(10));
    await eventually(async () => expect(await published(story.tenantId)).toHaveLength(10));
    await settle();
    const messages = await story.messages();
    expect(new Set(messages.map((row) => row.cause_id))).toEqual(
      new Set(redemptions.map((fact) => fact.data.redemptionId)),
    );
    expect(new Set(messages.map((row) => row.text))).toEqual(new Set([whole]));
    expect(await published(story.tenantId)).toHaveLength(10);
    expect(await story.pending()).toEqual([]);
  });
});

describe('a redemption that comes before its coupon', () => {
  it('is kept, reported once when late, and told when the text arrives', async () => {
    const story = aStory();
    await produce(story.facts.user);
    await produce(story.facts.channel);
    await produce(redeemedFact(story.tenantId, story.about));
    await eventually(async () => expect(await story.pending()).toMatchObject([{ late_reported: true }]));
    expect(await story.messages()).toEqual([]);

    // Nobody would look again for an hour: it is the text's arrival that lets the message out.
    await eventually(async () => {
      const sql = `UPDATE pending_message SET due_at = due_at + interval '1 hour' WHERE user_id = $1 AND NOT leased`;
      expect((await world.database.ownerPool().query(sql, [story.user.userId])).rowCount).toBe(1);
    });
    await produce(story.facts.coupon);
    await eventually(async () => expect(await story.messages()).toMatchObject([{ text: whole }]));
    expect(await story.pending()).toEqual([]);
  });

  it('waits for the version that was redeemed, not for an older one', async () => {
    const story = aStory();
    await produce(story.facts.user);
    await produce(story.facts.channel);
    await produce(redeemedFact(story.tenantId, { ...story.about, couponVersion: 3 }));
    await eventually(async () => expect(await story.pending()).toHaveLength(1));
    await produceAndHandle([story.facts.coupon]);
    const pool = world.database.ownerPool();
    const mine = [story.user.userId];
    await pool.query('UPDATE pending_message SET due_at = octopus_now() WHERE user_id = $1', mine);
    const looked =
      'SELECT 1 FROM pending_message WHERE user_id = $1 AND NOT leased AND due_at > octopus_now()';
    await eventually(async () => expect((await pool.query(looked, mine)).rowCount).toBe(1));
    expect(await story.messages()).toEqual([]);

    await produce(couponFact(story.tenantId, { ...story.coupon, version: 3, name: 'Free cake' }));
    await eventually(async () =>
      expect(await story.messages()).toMatchObject([{ text: 'Enjoy your Free cake, Ana! Café Central' }]),
    );
  });
});

describe('names', () => {
  it('that do not come in time are replaced by neutral wording', async () => {
    const story = aStory();
    await produce(story.facts.coupon);
    await produce(redeemedFact(story.tenantId, story.about));
    await eventually(async () =>
      expect(await story.messages()).toMatchObject([
        { text: 'Enjoy your Free espresso, dear guest! our channel' },
      ]),
    );
  });

  it('of a removed user are forgotten, also when an older fact comes later', async () => {
    const story = aStory();
    const { tenantId, user } = story;
    await produce(userFact(tenantId, { ...user, removed: true }, 5));
    await produce(userFact(tenantId, user, 4));
    await produce(story.facts.channel);
    await produce(story.facts.coupon);
    await produce(redeemedFact(tenantId, story.about));
    await eventually(async () => expect(await story.messages()).toHaveLength(1));
    expect(await story.messages()).toMatchObject([
      { text: 'Enjoy your Free espresso, dear guest! Café Central' },
    ]);
    const names = await world.database.rows(tenantId, 'SELECT name, revision FROM user_name');
    expect(names).toEqual([{ name: null, revision: '5' }]);
  });
});

describe('stale revisions', () => {
  it('of coupon, channel and user change nothing', async () => {
    const { tenantId, channel, coupon, user } = aStory();
    const newer = [
      channelFact(tenantId, { ...channel, name: 'Newer channel' }, 7),
      couponFact(tenantId, { ...coupon, version: 7, name: 'Newer coupon' }),
      userFact(tenantId, { ...user, displayName: 'Newer user' }, 7),
    ];
    const older = [
      channelFact(tenantId, channel, 6),
      couponFact(tenantId, { ...coupon, version: 6 }),
      userFact(tenantId, user, 6),
    ];
    await produceAndHandle([...newer, ...older]);
    expect(
      await world.database.rows(
        tenantId,
        `SELECT coupon_text.name AS coupon, channel_name.name AS channel, user_name.name AS "user"
         FROM coupon_text, channel_name, user_name`,
      ),
    ).toEqual([{ coupon: 'Newer coupon', channel: 'Newer channel', user: 'Newer user' }]);
  });

  it('cannot be told from newer ones without a revision: dead letter', async () => {
    const { tenantId, facts } = aStory();
    const { revision: _, ...without } = facts.user;
    await produce(without);
    await eventually(async () => {
      const letters = await world.namespace.collect('notification.dead-letter.v1');
      expect(letters.filter((letter) => letter.headers['ce_tenantid'] === tenantId)).toHaveLength(1);
    });
  });
});

describe('a voided redemption', () => {
  it('is told to its user, once, after the message of the redemption', async () => {
    const story = aStory();
    await produceAndHandle(Object.values(story.facts));
    const redemption = redeemedFact(story.tenantId, story.about);
    const taken = voidedFact(redemption);
    await produceAndHandle([redemption, taken, { ...taken, id: newId() }]);
    expect((await story.messages()).map(({ text }) => text)).toEqual([
      whole,
      'Your redemption of “Free espresso” was taken back. The points that it cost are yours again.',
    ]);
    await eventually(async () => {
      const [, record] = await published(story.tenantId);
      expect(JSON.parse(record?.value ?? '')).toMatchObject({
        kind: 'coupon_voided',
        userId: story.user.userId,
        redemptionId: redemption.data.redemptionId,
      });
    });
  });

  it('is the last word, also when the redemption itself is heard of later', async () => {
    const story = aStory();
    const redemption = redeemedFact(story.tenantId, story.about);
    await produceAndHandle(Object.values(story.facts));
    await produceAndHandle([voidedFact(redemption), redemption]);
    expect((await story.messages()).map(({ text }) => text)).toEqual([
      'Your redemption of “Free espresso” was taken back. The points that it cost are yours again.',
    ]);
  });

  it('lets no later redemption fact wait for its words, either', async () => {
    const story = aStory();
    const redemption = redeemedFact(story.tenantId, story.about);
    await produceAndHandle([voidedFact(redemption), redemption]);
    expect(await story.pending()).toEqual([]);
  });

  it('takes the place of a message that still waits for its words', async () => {
    const story = aStory();
    const redemption = redeemedFact(story.tenantId, story.about);
    await produceAndHandle([redemption]);
    await produceAndHandle([voidedFact(redemption)]);
    expect(await story.pending()).toEqual([]);
    await produceAndHandle(Object.values(story.facts));
    await settle();
    expect((await story.messages()).map(({ text }) => text)).toEqual([
      'A coupon that you redeemed was taken back. The points that it cost are yours again.',
    ]);
  });
});

describe("an account's add-on units that are used up", () => {
  const owners = [newId(), newId()];
  const notice =
    'Your coupon “Free espresso” could not be redeemed: it takes 1024 MB, and your account has 512 left. ' +
    'It is refused until you buy more.';
  const noticesOf = async (story: ReturnType<typeof aStory>) =>
    (await story.messages()).map(({ user_id, text }) => ({ user_id, text }));
  const toEachOwner = owners.toSorted().map((user_id) => ({ user_id, text: notice }));

  it('are told to each owner of the channel, once, under whatever event id they come', async () => {
    const story = aStory();
    const channel = channelFact(story.tenantId, { ...story.channel, ownerIds: owners });
    await produceAndHandle([channel, story.facts.coupon]);
    const fact = usedUpFact(story, new Date().toISOString());
    await produceAndHandle([fact, { ...fact, id: newId() }]);
    expect(await noticesOf(story)).toEqual(toEachOwner);
    await eventually(async () => expect(await published(story.tenantId)).toHaveLength(2));
    const records = await published(story.tenantId);
    expect(records.map(({ value }) => JSON.parse(value ?? '') as unknown)).toEqual(
      expect.arrayContaining(
        owners.map((userId) =>
          expect.objectContaining({
            kind: 'owner_notice',
            userId,
            channelId: story.channel.channelId,
            couponId: story.coupon.couponId,
            redemptionId: null,
          }),
        ),
      ),
    );

    const token = await world.token({ tenantId: story.tenantId, userId: owners[0]!, role: 'channel_owner' });
    const answer = await fetch(`${url}/v1/inbox`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({ items: [{ kind: 'owner_notice', userId: owners[0] }] });

    await produceAndHandle([usedUpFact(story, new Date(Date.now() + 1_000).toISOString())]);
    expect(await story.messages()).toHaveLength(4);
  });

  it('wait for the channel, whose owners come by another topic', async () => {
    const story = aStory();
    // So far ahead that it is waited for however slow the machine is.
    const eventId = await produce(usedUpFact(story, new Date(Date.now() + 600_000).toISOString()));
    await produceAndHandle([story.facts.coupon]);
    expect(await story.messages()).toEqual([]);
    await produce(channelFact(story.tenantId, { ...story.channel, ownerIds: owners }));
    await handled([eventId]);
    expect(await noticesOf(story)).toEqual(toEachOwner);
  });

  it('of a channel that never comes are a dead letter', async () => {
    const story = aStory();
    await produce(usedUpFact(story, '2026-01-01T00:00:00.000Z'));
    await eventually(async () => {
      const letters = await world.namespace.collect('notification.dead-letter.v1');
      expect(letters.filter((letter) => letter.headers['ce_tenantid'] === story.tenantId)).toHaveLength(1);
    });
  });

  it('reach owners of a channel that was told before owners were kept, once it is told again', async () => {
    const story = aStory();
    await produceAndHandle([story.facts.channel]);
    const older = 'UPDATE channel_name SET owner_ids = NULL RETURNING channel_id';
    expect(await world.database.rows(story.tenantId, older)).toHaveLength(1);
    await produceAndHandle([channelFact(story.tenantId, { ...story.channel, ownerIds: owners })]);
    await produceAndHandle([usedUpFact(story, new Date().toISOString())]);
    expect(await story.messages()).toHaveLength(2);
  });
});

/** The coupon was refused: it costs 1024 MB, and 512 are left. */
function usedUpFact({ tenantId, channel, coupon }: ReturnType<typeof aStory>, usedUpAt: string) {
  const { channelId, partnerId } = channel;
  const wanted = { resource: 'MB', units: 1024 };
  return {
    topic: 'redemption.addon.v1' as const,
    name: 'addon-used-up' as const,
    tenantId,
    key: partnerId,
    subject: `addon/${partnerId}/MB`,
    data: { partnerId, channelId, couponId: coupon.couponId, wanted, left: 512, usedUpAt },
  };
}

/** The redemption taken back, its price with it. */
function voidedFact({ tenantId, key, subject, data }: ReturnType<typeof redeemedFact>) {
  const { redemptionId, couponId, channelId, userId, redeemedAt, stock } = data;
  const price = { pointNameId: newId(), amount: '5' };
  return {
    topic: 'redemption.redemption.v1' as const,
    name: 'voided' as const,
    tenantId,
    key,
    subject,
    data: {
      redemptionId,
      couponId,
      channelId,
      userId,
      redeemedAt,
      stock,
      voidedAt: redeemedAt,
      voidedBy: newId(),
      userRedemptions: 0,
      storeId: null,
      cashierId: null,
      returned: { price },
    },
  };
}

/** Resolves when the service has handled all of these events. */
async function handled(eventIds: readonly string[]): Promise<void> {
  await eventually(async () => {
    const sql = 'SELECT 1 FROM inbox WHERE event_id = ANY($1::uuid[])';
    expect((await world.database.ownerPool().query(sql, [eventIds])).rowCount).toBe(eventIds.length);
  });
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
