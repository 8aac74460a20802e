import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Channel, CouponView } from '#contracts';
import { aChannel, eventually, newId } from '#testkit';
import { CatalogWorld, type Owner } from '../../test/catalog-world.js';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{}, {}, {}]);
}, 120_000);
afterAll(() => world.stop());

async function page<Item>(path: string, by = owner): Promise<Page<Item>> {
  const { status, body } = await world.call<Page<Item>>('GET', path, { token: by.token });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** Walks the whole list, so many at a time. */
async function walk<Item>(path: string, limit: number, by = owner): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const { items: found, nextCursor }: Page<Item> = await page(
      `${path}?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
      by,
    );
    expect(found.length).toBeLessThanOrEqual(limit);
    items.push(...found);
    cursor = nextCursor;
  } while (cursor !== null);
  return items;
}

describe('the list of coupons', () => {
  let created: CouponView[];
  beforeAll(async () => {
    created = [];
    for (let index = 0; index < 11; index++) {
      const channelId = owner.channels[index % 3]?.channelId;
      created.push(await world.create(owner, { name: `Coupon ${index}`, channelId }));
    }
    // Several of one instant: only the id tells them apart.
    await world.database.rows(
      owner.tenantId,
      'UPDATE coupon SET created_at = $2 WHERE coupon_id = ANY ($1)',
      [created.slice(4, 8).map(({ couponId }) => couponId), created[4]?.createdAt],
    );
  });

  it.each([1, 2, 3, 10, 11, 12])('shows each once, newest first, %s to a page', async (limit) => {
    const listed = await walk<CouponView>('/v1/coupons', limit);
    expect(listed.map(({ couponId }) => couponId)).toEqual(created.map(({ couponId }) => couponId).reverse());
  });

  it('stays right while coupons come', async () => {
    const first = await page<CouponView>('/v1/coupons?limit=5');
    const late = await world.create(owner, { name: 'Late' });
    const second = await page<CouponView>(`/v1/coupons?limit=5&cursor=${first.nextCursor}`);
    const ids = [...first.items, ...second.items].map(({ couponId }) => couponId);
    expect(ids).toEqual(
      created
        .map(({ couponId }) => couponId)
        .reverse()
        .slice(0, 10),
    );
    await world.call('DELETE', `/v1/coupons/${late.couponId}`, { token: owner.token });
  });

  it("shows the caller's channels only", async () => {
    const neighbour = await world.owner([{}], owner.tenantId);
    expect(await walk<CouponView>('/v1/coupons', 5, neighbour)).toEqual([]);
    const stranger = await world.owner(owner.channels.map(({ channelId }) => ({ channelId })));
    expect(await walk<CouponView>('/v1/coupons', 5, stranger)).toEqual([]);
    const token = await world.token({ role: 'channel_owner', tenantId: owner.tenantId });
    expect(await walk<CouponView>('/v1/coupons', 5, { ...owner, token })).toEqual([]);
  });

  it.each([
    ['limit=0', 'query/limit'],
    ['limit=101', 'query/limit'],
    ['limit=ten', 'query/limit'],
    ['cursor=nonsense', 'query/cursor'],
    [`cursor=${Buffer.from('{"at":1}').toString('base64url')}`, 'query/cursor'],
  ])('%s is refused and named', async (query, pointer) => {
    const answer = await world.problem('GET', `/v1/coupons?${query}`, { token: owner.token });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer }] } });
  });
});

describe('the list of channels', () => {
  it.each([1, 2, 5])('shows each of mine once, %s to a page', async (limit) => {
    const listed = await walk<Channel>('/v1/channels', limit);
    const mine = owner.channels.toSorted((a, b) => (a.channelId < b.channelId ? -1 : 1));
    expect(listed).toEqual(mine);
  });

  it("knows nothing of another tenant's, whatever the token names", async () => {
    const token = await world.token({
      role: 'channel_owner',
      tenantId: newId(),
      channels: owner.channels.map(({ channelId }) => channelId),
    });
    expect(await page<Channel>('/v1/channels', { ...owner, token })).toEqual({ items: [], nextCursor: null });
  });
});

describe('a channel put in over HTTP', () => {
  it('goes to its topic and comes back from there', async () => {
    const tenantId = newId();
    const { channelId, ...channel } = aChannel({ name: 'Bar', timeZone: 'Asia/Tokyo' });
    const token = await world.token({ role: 'service', tenantId });
    const put = await world.call<{ eventId: string }>('PUT', `/v1/channels/${channelId}`, {
      token,
      body: { ...channel, revision: 7 },
    });
    expect(put.status).toBe(202);
    const owning = await world.token({ role: 'channel_owner', tenantId, channels: [channelId] });
    await eventually(async () => {
      const { items } = await page<Channel>('/v1/channels', { ...owner, token: owning });
      expect(items).toEqual([{ channelId, ...channel }]);
    });
    const facts = await world.namespace.collect('platform.channel.v1');
    const fact = await eventually(() => {
      const found = facts.find(({ key }) => key === channelId);
      if (!found) throw new Error('no fact');
      return found;
    });
    expect(fact.envelope).toMatchObject({
      id: put.body.eventId,
      revision: 7,
      subject: `channel/${channelId}`,
    });
  });

  it('is not sent when it is stale: the topic ends on the newest revision', async () => {
    const tenantId = newId();
    const { channelId, ...channel } = aChannel();
    const token = await world.token({ role: 'service', tenantId });
    const put = async (revision: number) => {
      const body = { ...channel, name: `Revision ${revision}`, revision };
      const answer = await world.call<{ eventId: string }>('PUT', `/v1/channels/${channelId}`, {
        token,
        body,
      });
      expect(answer.status).toBe(202);
      return answer.body.eventId;
    };
    const third = await put(3);
    expect([await put(2), await put(3)]).toEqual([third, third]);
    const fourth = await put(4);
    const facts = await world.namespace.collect('platform.channel.v1');
    await eventually(() => expect(facts.some(({ envelope }) => envelope?.id === fourth)).toBe(true));
    const sent = facts.filter(({ key }) => key === channelId);
    expect(sent.map(({ envelope }) => envelope?.id)).toEqual([third, fourth]);
  });

  it.each([
    ['/timeZone', { timeZone: 'Mars/Olympus' }],
    ['/status', { status: 'gone' }],
    ['/revision', { revision: 0 }],
    ['/channelId', { channelId: newId() }],
  ])('is refused with a wrong %s', async (pointer, fields) => {
    const { channelId, ...channel } = aChannel();
    const token = await world.token({ role: 'service', tenantId: owner.tenantId });
    const answer = await world.problem('PUT', `/v1/channels/${channelId}`, {
      token,
      body: { ...channel, revision: 1, ...fields },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('is not for owners', async () => {
    const { channelId, ...channel } = aChannel();
    const answer = await world.problem('PUT', `/v1/channels/${channelId}`, {
      token: owner.token,
      body: { ...channel, revision: 1 },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});
