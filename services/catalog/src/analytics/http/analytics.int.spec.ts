import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AnalyticsFulfilment,
  AnalyticsRefusals,
  AnalyticsSeries,
  AnalyticsStores,
  CouponAnalytics,
  CouponFigures,
  CouponView,
  TopicName,
} from '#contracts';
import { aStore, eventually, followFact, newId, storeFact, type TestFact, userFact } from '#testkit';
import { type AnyFact, CatalogWorld, type Owner } from '../../../test/catalog-world.js';
import { History } from '../../../test/history.js';

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{ timeZone: 'Asia/Kolkata' }]);
}, 120_000);
afterAll(() => world.stop());

/** All facts three times, in no order, and a last one after which they have been read. */
async function deliver(facts: readonly AnyFact[]): Promise<void> {
  const thrice = [...facts, ...facts, ...facts].sort(() => Math.random() - 0.5);
  for (const [topic, some] of Map.groupBy(thrice, (fact) => fact.topic))
    await world.namespace.produceAll<TopicName>(topic, some as TestFact<TopicName>[]);
  const ids = facts.map(({ id }) => id);
  await eventually(async () => {
    const sql = 'SELECT FROM inbox WHERE event_id = ANY ($1)';
    const { rowCount } = await world.database.ownerPool().query(sql, [ids]);
    if (rowCount !== ids.length) throw new Error(`${rowCount} of ${ids.length} are read`);
  });
}

function read<Body = CouponAnalytics>(coupon: CouponView, report = '', token = owner.token) {
  return world.call<Body>('GET', `/v1/coupons/${coupon.couponId}/analytics${report}`, { token });
}

describe('the figures of a coupon', () => {
  it('are exact when every fact comes three times and in no order, voids before their redemptions', async () => {
    const coupon = await world.published(owner);
    const [ana, bo, cy, pointNameId] = [newId(), newId(), newId(), newId()];
    const history = new History(owner, coupon);
    const price = { pointNameId, amount: '9007199254740993' };
    for (const userId of [ana, bo, cy]) history.granted(userId);
    history.granted(ana, true);
    history.seen(ana, ['list', 'list', 'detail']);
    history.seen(bo, ['share']);
    history.redeemed({ userId: ana, price });
    history.redeemed({ userId: ana, bonus: { pointNameId, amount: '5' } });
    history.voided(history.redeemed({ userId: bo, price }));
    history.voided(history.redeemed({ userId: ana }));
    history.refused('sold_out', 17);
    history.refused('sold_out', 3);
    history.refused('cooling_down', 4);
    for (const outcome of ['pending', 'pending', 'pending', 'failed', 'succeeded'] as const)
      history.fulfilment(outcome);
    history.fulfilment('pending', 2);
    // A call of a redemption that is taken back: it is owed no longer, and nobody failed.
    for (const outcome of ['pending', 'voided'] as const) history.fulfilment(outcome);
    await deliver(history.facts);

    expect((await read(coupon)).body).toMatchObject({
      seen: { users: 2, impressions: 4 },
      redeemed: { users: 1, redemptions: 2, voided: 2 },
      refusals: 24,
      places: { list: 2, detail: 1, share: 1 },
      points: [{ pointNameId, taken: '9007199254740993', given: '5' }],
      fulfilment: { pending: 2, succeeded: 1, failed: 0, retried: 1, voided: 1 },
    });
    expect((await read<AnalyticsRefusals>(coupon, '/refusals')).body.items).toEqual([
      { code: 'sold_out', count: 20 },
      { code: 'cooling_down', count: 4 },
    ]);
    expect((await read<AnalyticsFulfilment>(coupon, '/fulfilment')).body).toMatchObject({
      pending: 2,
      voided: 1,
      failures: [{ reason: 'refused', count: 1 }],
    });
    const { body: course } = await read<AnalyticsSeries>(coupon, '/series');
    const last = course.items.at(-1);
    expect(last).toMatchObject({ redemptions: 4, voided: 2, impressions: 4, refusals: 24, granted: 3 });
  });

  it('show who is available: by grant, or the present audience of a coupon without grants', async () => {
    const [forFollowers, forAll, granted] = [
      await world.published(owner),
      await world.published(owner),
      await world.published(owner),
    ];
    const sql = (set: string) => `UPDATE coupon SET ${set} WHERE tenant_id = $1 AND coupon_id = $2`;
    await world.database.rows(owner.tenantId, sql("audience = 'everyone'"), [
      owner.tenantId,
      forAll.couponId,
    ]);
    await world.database.rows(owner.tenantId, sql("availability = 'grant'"), [
      owner.tenantId,
      granted.couponId,
    ]);
    const users = Array.from({ length: 5 }, () => newId());
    const history = new History(owner, granted);
    users.slice(3).forEach((userId) => history.granted(userId));
    const { tenantId } = owner;
    const follow = (userId: string, following: boolean, revision: number) => ({
      ...followFact(
        tenantId,
        { channelId: granted.channelId, userId, following, changedAt: new Date().toISOString() },
        revision,
      ),
      id: newId(),
    });
    const user = (userId: string, removed: boolean, revision: number) => ({
      ...userFact(tenantId, { userId, displayName: 'Ana', timeZone: null, removed }, revision),
      id: newId(),
    });
    const [first = '', second = '', third = ''] = users;
    await deliver([
      ...history.facts,
      ...users.map((userId) => user(userId, false, 1)),
      user(first, true, 2),
      ...[first, second, third].map((userId) => follow(userId, true, 2)),
      // Late, and the last word.
      follow(second, false, 1),
      follow(third, false, 3),
    ]);
    const available = async (coupon: CouponView) => (await read(coupon)).body.available;
    expect(await available(forFollowers)).toEqual({ users: 2, counted: 'audience' });
    expect(await available(forAll)).toEqual({ users: 4, counted: 'audience' });
    expect(await available(granted)).toEqual({ users: 2, counted: 'granted' });
  });

  it('tell tills, printed codes and what happened online apart, voids taken off', async () => {
    const store = aStore({ partnerId: owner.channels[0]?.partnerId ?? '', name: '=SUM(A1)' });
    await world.told(storeFact(owner.tenantId, store));
    const coupon = await world.published(owner, { type: 'qr' });
    const history = new History(owner, coupon);
    const { storeId } = store;
    const cashierId = newId();
    history.redeemed({ storeId, cashierId });
    history.redeemed({ storeId, cashierId });
    history.redeemed({ method: 'printed_code' });
    history.voided(history.redeemed({ method: 'printed_code' }));
    await deliver(history.facts);
    expect((await read<AnalyticsStores>(coupon, '/stores')).body.items).toEqual([
      {
        kind: 'till',
        storeId,
        storeName: '=SUM(A1)',
        cashierId,
        cashierName: null,
        redemptions: 2,
        voided: 0,
      },
      {
        kind: 'printed',
        storeId: null,
        storeName: null,
        cashierId: null,
        cashierName: null,
        redemptions: 1,
        voided: 1,
      },
    ]);
    const csv = await exported(`/v1/coupons/${coupon.couponId}/analytics/export?report=stores`);
    expect(csv.split('\r\n')[1]).toBe(`till,${storeId},'=SUM(A1),${cashierId},,2,0`);
  });

  it('lie in the hours of the channel, half an hour off, with nothing where nothing was', async () => {
    const coupon = await world.published(owner);
    const history = new History(owner, coupon);
    for (const redeemedAt of ['2026-10-01T09:29:59Z', '2026-10-01T09:30:00Z', '2026-10-01T12:00:00Z'])
      history.redeemed({ redeemedAt });
    await deliver(history.facts);
    const query = '/series?by=hour&from=2026-10-01T09:00:00Z&to=2026-10-01T12:30:00Z';
    const { body } = await read<AnalyticsSeries>(coupon, query);
    expect(body.timeZone).toBe('Asia/Kolkata');
    expect(body.items.map(({ from, redemptions }) => [from.slice(11, 16), redemptions])).toEqual([
      ['08:30', 1],
      ['09:30', 1],
      ['10:30', 0],
      ['11:30', 1],
    ]);
    const bad = await world.problem(
      'GET',
      `/v1/coupons/${coupon.couponId}/analytics/series?by=hour&from=2026-01-01T00:00:00Z`,
      {
        token: owner.token,
      },
    );
    expect(bad).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: 'query/from' }] },
    });
  });
});

describe('the coupons of a channel', () => {
  it('are listed with their figures, page by page, and as CSV', async () => {
    const mine = await world.owner();
    const coupons = [await world.published(mine), await world.published(mine), await world.published(mine)];
    const history = new History(mine, coupons[0] as CouponView);
    history.redeemed();
    await deliver(history.facts);
    const path = `/v1/channels/${mine.channels[0]?.channelId}/analytics/coupons`;
    const page = (query: string) =>
      world.call<{ items: CouponFigures[]; nextCursor: string | null }>('GET', `${path}?limit=2${query}`, {
        token: mine.token,
      });
    const { body: first } = await page('');
    const { body: second } = await page(`&cursor=${first.nextCursor}`);
    const all = [...first.items, ...second.items];
    expect(all.map(({ couponId }) => couponId)).toEqual(coupons.map(({ couponId }) => couponId).reverse());
    expect(all.at(-1)).toMatchObject({ redeemed: { users: 1, redemptions: 1 } });
    expect(second.nextCursor).toBeNull();
    const lines = (await exported(`${path}/export`, mine.token)).split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[3]).toContain(coupons[0]?.couponId);
  });
});

describe('who may see figures', () => {
  it("is the channel's owner and the tenant's administrator, nobody else", async () => {
    const coupon = await world.published(owner);
    const channel = `/v1/channels/${coupon.channelId}/analytics/coupons`;
    const other = await world.owner([{}], owner.tenantId);
    const admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const stranger = await world.token({ role: 'tenant_admin', tenantId: newId() });
    for (const report of ['', '/series', '/stores', '/refusals', '/fulfilment', '/export']) {
      const path = `/v1/coupons/${coupon.couponId}/analytics${report}`;
      const statuses = await Promise.all(
        [other.token, stranger, admin].map((token) => statusOf(path, token)),
      );
      expect([report, ...statuses]).toEqual([report, 404, 404, 200]);
    }
    for (const path of [channel, `${channel}/export`]) {
      const statuses = await Promise.all(
        [other.token, stranger, admin].map((token) => statusOf(path, token)),
      );
      expect(statuses).toEqual([404, 404, 200]);
    }
  });
});

describe('impressions that an app tells', () => {
  const tell = async (body: unknown, { tenantId = owner.tenantId, userId = newId(), key = newId() } = {}) => {
    const token = await world.token({ role: 'end_user', tenantId, userId });
    return world.call<unknown>('POST', '/v1/impressions', { token, body, key });
  };

  it('count live, once per key, by the clock of the server; what does not exist counts for nothing', async () => {
    const coupon = await world.published(owner);
    const draft = await world.create(owner);
    const stranger = await world.owner();
    const foreign = await world.published(stranger);
    const ids = [coupon, coupon, draft, foreign, { couponId: newId() }].map(({ couponId }) => couponId);
    // An app whose clock is four hours ahead, and one impression of a year ago.
    const sentAt = new Date(Date.now() + 4 * 3_600_000).toISOString();
    const old = { couponId: coupon.couponId, place: 'share', seenAt: '2025-11-22T00:00:00Z' };
    const impressions = [...ids.map((couponId) => ({ couponId, place: 'list', seenAt: sentAt })), old];
    const [userId, key] = [newId(), newId()];
    for (let time = 0; time < 3; time += 1)
      expect(await tell({ sentAt, impressions }, { userId, key })).toMatchObject({
        status: 202,
        body: { received: 6 },
      });
    await eventually(async () =>
      expect((await read(coupon)).body.seen).toEqual({ users: 1, impressions: 2 }),
    );
    await tell({ sentAt, impressions: impressions.slice(0, 1) }, { userId });
    await eventually(async () =>
      expect((await read(coupon)).body.seen).toEqual({ users: 1, impressions: 3 }),
    );
    const seenOf = async (one: CouponView, token: string) => (await read(one, '', token)).body.seen;
    expect(await seenOf(draft, owner.token)).toEqual({ users: 0, impressions: 0 });
    expect(await seenOf(foreign, stranger.token)).toEqual({ users: 0, impressions: 0 });
    const { body } = await read<AnalyticsSeries>(coupon, '/series?by=hour');
    expect(body.items.reduce((sum, item) => sum + item.impressions, 0)).toBe(3);
  });

  it('are refused without a key, when none or more than 100 are sent, and with a field too many', async () => {
    const impression = { couponId: newId(), place: 'list', seenAt: new Date().toISOString() };
    const body = { sentAt: impression.seenAt, impressions: [impression] };
    expect(await tell(body, { key: null as unknown as string })).toMatchObject({ status: 400 });
    expect(await tell({ ...body, impressions: [] })).toMatchObject({ status: 400 });
    expect(await tell({ ...body, impressions: Array(101).fill(impression) })).toMatchObject({ status: 400 });
    expect(await tell({ ...body, impressions: Array(100).fill(impression) })).toMatchObject({ status: 202 });
    expect(await tell({ ...body, userId: newId() })).toMatchObject({ status: 400 });
  });
});

async function statusOf(path: string, token: string): Promise<number> {
  const url = `${await world.app.getUrl()}${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
}

async function exported(path: string, token = owner.token): Promise<string> {
  const url = `${await world.app.getUrl()}${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  return response.text();
}
