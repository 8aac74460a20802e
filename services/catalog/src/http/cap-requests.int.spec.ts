import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { capRefusal } from '#contracts';
import type { CapRefusal, CapRequestView, CouponStock, CouponView } from '#contracts';
import { eventually, newId } from '#testkit';
import { type AnyFact, CatalogWorld, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
/** Waits for no decision; the other waits longer than any busy machine takes. */
let hasty: CatalogWorld;
beforeAll(async () => {
  world = await CatalogWorld.start({ CATALOG_CAP_WAIT_MS: '30000' });
  hasty = await CatalogWorld.start({ CATALOG_CAP_WAIT_MS: '0' });
  owner = await world.owner();
}, 120_000);
afterAll(() => Promise.all([world.stop(), hasty.stop()]));

const ask = (couponId: string, maxRedemptions: unknown, { by = owner, key = newId(), on = world } = {}) =>
  on.call<CapRequestView>('POST', `/v1/coupons/${couponId}/cap-requests`, {
    token: by.token,
    body: { maxRedemptions },
    key,
  });

const read = (couponId: string, requestId: string, { by = owner, on = world } = {}) =>
  on.call<CapRequestView>('GET', `/v1/coupons/${couponId}/cap-requests/${requestId}`, { token: by.token });

/** The question, once it is on its topic. */
async function question(couponId: string, on = world): Promise<{ requestId: string; data: unknown }> {
  const [record] = await on.factsOn('catalog.cap-request.v1', couponId, 1);
  const data = record?.data as { requestId: string };
  return { requestId: data.requestId, data };
}

/** Redemption's answer to a request. */
function answerFact(
  { couponId, requestId, maxRedemptions }: Omit<CapRequestView, 'state'> | CapRequestView,
  stock: CouponStock,
  reason?: CapRefusal,
  tenantId = owner.tenantId,
): AnyFact {
  const decidedAt = new Date().toISOString();
  const answer = { requestId, couponId, maxRedemptions, decidedAt, stock };
  const [name, data] =
    reason === undefined
      ? (['cap-applied', answer] as const)
      : (['cap-refused', { ...answer, reason }] as const);
  const subject = `cap-request/${requestId}`;
  return { topic: 'redemption.cap.v1', name, tenantId, key: couponId, subject, data } as AnyFact;
}

function stock(max: number | null, fields: Partial<CouponStock> = {}): CouponStock {
  return { redeemed: 3, max, finished: false, revision: 5, ...fields };
}

describe('a wish for another cap', () => {
  it('is answered with what redemption decides in the meantime; the coupon then shows the cap', async () => {
    const { couponId, version } = await world.published(owner, { maxRedemptions: 10 });
    const answer = ask(couponId, 50);
    const { requestId, data } = await question(couponId);
    const request = { requestId, couponId, maxRedemptions: 50 };
    expect(data).toMatchObject({ ...request, requestedBy: owner.userId });
    await world.produce(answerFact(request as CapRequestView, stock(50)));
    const { status, body, headers } = await answer;
    expect({ status, location: headers['location'] }).toEqual({
      status: 200,
      location: `cap-requests/${requestId}`,
    });
    expect(body).toMatchObject({ ...request, state: 'applied', reason: null, decidedAt: expect.any(String) });
    expect(await world.read(owner, couponId)).toMatchObject({ maxRedemptions: 50, redeemed: 3, version });
    expect((await read(couponId, requestId)).body).toEqual(body);
    const entries = await world.audit(owner, couponId);
    expect(entries.map(({ action }) => action)).toEqual(['create', 'publish', 'request-cap', 'cap-applied']);
    const by = { actorKind: 'person', actorId: owner.userId, before: { maxRedemptions: 10 } };
    expect(entries.slice(2)).toMatchObject([by, { ...by, after: { maxRedemptions: 50 } }]);
  });

  it.each(capRefusal.options)('may be refused: %s; the old cap stays', async (reason) => {
    const { couponId } = await world.published(owner, { maxRedemptions: 10 });
    const answer = ask(couponId, 2);
    const { requestId } = await question(couponId);
    const request = { requestId, couponId, maxRedemptions: 2 } as CapRequestView;
    await world.produce(answerFact(request, stock(10, { finished: reason === 'finished' }), reason));
    expect(await answer).toMatchObject({ status: 200, body: { state: 'refused', reason } });
    expect(await world.read(owner, couponId)).toMatchObject({ maxRedemptions: 10, redeemed: 3 });
  });

  it('may be for none at all', async () => {
    const { couponId } = await world.published(owner, { maxRedemptions: 10 });
    const answer = ask(couponId, null);
    const { requestId } = await question(couponId);
    const request = { requestId, couponId, maxRedemptions: null } as CapRequestView;
    await world.produce(answerFact(request, stock(null)));
    expect(await answer).toMatchObject({ status: 200, body: { state: 'applied', maxRedemptions: null } });
    expect(await world.read(owner, couponId)).toMatchObject({ maxRedemptions: null });
  });
});

describe('an edit after another cap was applied', () => {
  const edit = (couponId: string, body: object) =>
    hasty.call<CouponView>('PATCH', `/v1/coupons/${couponId}`, { token: by.token, body, ifMatch: '*' });
  let by: Owner;
  let couponId: string;
  beforeEach(async () => {
    by = await hasty.owner();
    ({ couponId } = await hasty.published(by, { maxRedemptions: 100 }));
    const { body } = await ask(couponId, 200, { by, on: hasty });
    await hasty.told(answerFact(body, stock(200), undefined, by.tenantId));
  });

  it('may send the cap that is shown, and the audit keeps that cap', async () => {
    expect(await edit(couponId, { maxRedemptions: 200, name: 'X' })).toMatchObject({
      status: 200,
      body: { name: 'X', maxRedemptions: 200 },
    });
    expect((await hasty.audit(by, couponId)).at(-1)).toMatchObject({
      action: 'edit',
      before: { maxRedemptions: 200 },
      after: { maxRedemptions: 200 },
    });
    const snapshots = await hasty.factsOn('catalog.coupon.v1', couponId, 2);
    expect(snapshots.at(-1)?.data).toMatchObject({ terms: { maxRedemptions: 100 } });
  });

  it('may not send the cap of before: it would be ignored', async () => {
    expect(await edit(couponId, { maxRedemptions: 100 })).toMatchObject({
      status: 409,
      body: { code: 'wrong_state', errors: [{ pointer: '/maxRedemptions' }] },
    });
    expect(await hasty.read(by, couponId)).toMatchObject({ maxRedemptions: 200 });
  });
});

describe('a wish that nobody has decided yet', () => {
  it('is answered 202 with its address, under which the decision is found later', async () => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const { status, body, headers } = await ask(couponId, 20, { by, on: hasty });
    expect({ status, state: body.state }).toEqual({ status: 202, state: 'pending' });
    const address = new URL(headers['location'] ?? '', `http://catalog/v1/coupons/${couponId}/cap-requests`);
    const later = await hasty.call<CapRequestView>('GET', address.pathname, { token: by.token });
    expect(later).toMatchObject({ status: 200, body });
    expect(await hasty.read(by, couponId)).toMatchObject({ maxRedemptions: 10 });
    await hasty.told(answerFact(body, stock(20), undefined, by.tenantId));
    expect((await read(couponId, body.requestId, { by, on: hasty })).body.state).toBe('applied');
  });

  it('that is repeated asks no second time, and is answered as it stands by then', async () => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const key = newId();
    const first = await ask(couponId, 20, { by, key, on: hasty });
    const again = await ask(couponId, 20, { by, key, on: hasty });
    expect(again).toMatchObject({
      status: 202,
      body: first.body,
      headers: { 'idempotency-replayed': 'true' },
    });
    await hasty.told(answerFact(first.body, stock(20), undefined, by.tenantId));
    expect(await ask(couponId, 20, { by, key, on: hasty })).toMatchObject({
      status: 200,
      body: { requestId: first.body.requestId, state: 'applied' },
    });
    await question(couponId, hasty);
  });
});

describe('a wish that says which cap its owner had seen', () => {
  it.each([10, null])('asks with it: %j', async (expectedMax) => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const body = { maxRedemptions: 20, expectedMax };
    const path = `/v1/coupons/${couponId}/cap-requests`;
    await hasty.call('POST', path, { token: by.token, body });
    expect((await question(couponId, hasty)).data).toMatchObject({ maxRedemptions: 20, expectedMax });
  });
});

describe('a wish that waits for longer than it should', () => {
  it('says so', async () => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const { body } = await ask(couponId, 20, { by, on: hasty });
    const at = { by, on: hasty };
    expect((await read(couponId, body.requestId, at)).body).toMatchObject({ overdue: false });
    await hasty.database.shiftClock(3 * 60_000);
    try {
      expect((await read(couponId, body.requestId, at)).body).toMatchObject({
        state: 'pending',
        overdue: true,
      });
    } finally {
      await hasty.database.shiftClock(0);
    }
    await hasty.told(answerFact(body, stock(20), undefined, by.tenantId));
    expect((await read(couponId, body.requestId, at)).body).toMatchObject({ overdue: false });
  });
});

describe('an answer of redemption', () => {
  it('stands: a later one to the same request changes neither it nor its audit entry', async () => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const { body } = await ask(couponId, 20, { by, on: hasty });
    await hasty.told(answerFact(body, stock(20), undefined, by.tenantId));
    await hasty.told(answerFact(body, stock(10, { revision: 4 }), 'below_redeemed', by.tenantId));
    expect((await read(couponId, body.requestId, { by, on: hasty })).body).toMatchObject({
      state: 'applied',
    });
    expect(await hasty.read(by, couponId)).toMatchObject({ maxRedemptions: 20 });
    expect((await hasty.audit(by, couponId)).map(({ action }) => action).slice(3)).toEqual(['cap-applied']);
  });

  it('from another tenant changes nothing', async () => {
    const by = await hasty.owner();
    const { couponId } = await hasty.published(by, { maxRedemptions: 10 });
    const { body } = await ask(couponId, 20, { by, on: hasty });
    await hasty.told(answerFact(body, stock(20), undefined, newId()));
    expect((await read(couponId, body.requestId, { by, on: hasty })).body.state).toBe('pending');
    expect(await hasty.read(by, couponId)).toMatchObject({ maxRedemptions: 10 });
  });
});

describe('a wish is refused at once', () => {
  it('for a draft, and for a coupon that is over', async () => {
    const draft = await world.create(owner);
    const archived = await world.published(owner);
    await world.act(owner, archived.couponId, 'archive');
    const ended = await world.published(owner, { endAt: inMinutes(60) });
    await world.database.shiftClock(2 * 3_600_000);
    try {
      for (const { couponId } of [draft, archived, ended])
        expect(await ask(couponId, 20)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    } finally {
      await world.database.shiftClock(0);
    }
  });

  it("of somebody else's coupon: it is not found, nor is the request", async () => {
    const { couponId } = await world.published(owner);
    const other = await world.published(owner);
    const answer = ask(couponId, 20);
    const { requestId } = await question(couponId);
    const neighbour = await world.owner([{}], owner.tenantId);
    const stranger = await world.owner([{ channelId: owner.channels[0]?.channelId ?? '' }]);
    for (const by of [neighbour, stranger]) {
      const notFound = { status: 404, body: { code: 'coupon_not_found' } };
      expect(await ask(couponId, 1, { by })).toMatchObject(notFound);
      expect(await read(couponId, requestId, { by })).toMatchObject(notFound);
    }
    for (const [coupon, request] of [
      [couponId, newId()],
      [other.couponId, requestId],
    ] as const)
      expect(await read(coupon, request)).toMatchObject({
        status: 404,
        body: { code: 'cap_request_not_found' },
      });
    await world.produce(answerFact({ couponId, requestId, maxRedemptions: 20 } as CapRequestView, stock(20)));
    await answer;
  });

  it.each([0, -1, 1.5, '5', 1_000_000_001, undefined])('with %j', async (maxRedemptions) => {
    const { couponId } = await world.published(owner);
    expect(await ask(couponId, maxRedemptions)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/maxRedemptions' }] },
    });
  });

  it('when the question cannot be written: nothing is saved', async () => {
    const { couponId } = await world.published(owner);
    const pool = world.database.ownerPool();
    await pool.query(
      "ALTER TABLE outbox ADD CONSTRAINT broken CHECK (topic <> 'catalog.cap-request.v1') NOT VALID",
    );
    const failed = await ask(couponId, 20);
    await pool.query('ALTER TABLE outbox DROP CONSTRAINT broken');
    expect(failed.status).toBe(500);
    const rows = await world.database.rows(owner.tenantId, 'SELECT FROM cap_request WHERE coupon_id = $1', [
      couponId,
    ]);
    expect(rows).toEqual([]);
    await eventually(async () => expect(await world.audit(owner, couponId)).toHaveLength(2));
  });
});
