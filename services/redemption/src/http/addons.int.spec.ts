import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addonBalancePage, addonEntryPage, factAccepted } from '#contracts';
import { aPurchase, newId, purchaseFact } from '#testkit';
import { PointsWorld } from '../../test/points-world.js';

let points: PointsWorld;
let tenantId: string;
beforeAll(async () => {
  points = await PointsWorld.start();
  tenantId = points.tenantId;
});
afterAll(() => points?.stop());

const unitsOf = (partnerId: string) =>
  points.rows('SELECT resource, units, revision, used_up_told FROM addon_balance WHERE partner_id = $1', [
    partnerId,
  ]);

describe('bought add-on units', () => {
  it('come by the topic and are booked once per purchase, under whatever event id', async () => {
    const { partnerId, ...purchase } = aPurchase();
    const fact = { ...purchaseFact(tenantId, { ...purchase, partnerId }), id: newId() };
    await points.produce(
      fact,
      fact,
      { ...fact, id: newId() },
      purchaseFact(tenantId, aPurchase({ partnerId })),
    );
    expect(await unitsOf(partnerId)).toEqual([
      { resource: 'MB', units: '2048', revision: '2', used_up_told: false },
    ]);
  });

  it('put in over HTTP go to the topic and are booked once, too', async () => {
    const { purchaseId, ...body } = aPurchase();
    const service = { role: 'service' as const, tenant: tenantId };
    const put = async () => {
      const reply = await points.call(service, 'PUT', `addon-purchases/${purchaseId}`, { body });
      expect(reply.status).toBe(202);
      return factAccepted.parse(reply.body).eventId;
    };
    await points.handled([await put(), await put()]);
    expect(await unitsOf(body.partnerId)).toMatchObject([{ units: '1024' }]);
  });

  it('that were bought more than a year ago are not booked: it may be forgotten that they were', async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const { purchaseId, ...body } = aPurchase({ purchasedAt: daysAgo(366) });
    const service = { role: 'service' as const, tenant: tenantId };
    const refused = await points.call(service, 'PUT', `addon-purchases/${purchaseId}`, { body });
    expect({ status: refused.status, errors: refused.body.errors }).toEqual({
      status: 400,
      errors: [{ pointer: '/purchasedAt', message: expect.stringContaining('more than 365 days ago') }],
    });
    const eventIds = await points.produce(
      purchaseFact(tenantId, { ...body, purchaseId }),
      purchaseFact(tenantId, { ...body, purchaseId: newId(), purchasedAt: daysAgo(364) }),
    );
    expect(await points.deadLetters(eventIds)).toEqual([expect.stringContaining('more than 365 days ago')]);
    expect(await unitsOf(body.partnerId)).toMatchObject([{ units: '1024' }]);
  });

  it('let the account’s owner be told anew when it is used up again', async () => {
    const purchase = aPurchase();
    const { partnerId } = purchase;
    await points.rows(
      `INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision, used_up_told)
       VALUES ($1, $2, 'MB', 0, 1, true)`,
      [tenantId, partnerId],
    );
    await points.produce(purchaseFact(tenantId, purchase));
    expect(await unitsOf(partnerId)).toMatchObject([{ units: '1024', used_up_told: false }]);
  });

  it('past what can be counted go to the dead letters', async () => {
    const { partnerId, ...purchase } = aPurchase();
    const most = aPurchase({ partnerId, bought: { resource: 'MB', units: Number.MAX_SAFE_INTEGER } });
    const eventIds = await points.produce(
      purchaseFact(tenantId, most),
      purchaseFact(tenantId, { ...purchase, partnerId }),
    );
    expect(await points.deadLetters(eventIds)).toEqual([expect.stringContaining('past what can be counted')]);
    expect(await unitsOf(partnerId)).toMatchObject([{ units: String(Number.MAX_SAFE_INTEGER) }]);
  });

  it.each([
    { units: 0 },
    { units: -1 },
    { units: 1.5 },
    { units: 2 ** 53 },
    { resource: 'a b' },
    { resource: '' },
  ])('are refused with %j', async (wrong) => {
    const { purchaseId, ...body } = aPurchase();
    const bad = { ...body, bought: { ...body.bought, ...wrong } };
    const service = { role: 'service' as const, tenant: tenantId };
    const reply = await points.call(service, 'PUT', `addon-purchases/${purchaseId}`, { body: bad });
    expect({ status: reply.status, at: reply.body.errors?.map(({ pointer }) => pointer) }).toEqual({
      status: 400,
      at: [`/bought/${Object.keys(wrong)[0]}`],
    });
  });
});

describe('My account', () => {
  it('shows the owner what the accounts behind the own channels hold, and their statement, page by page', async () => {
    const [cafe, other] = [await points.cafe(), await points.cafe()];
    const { partnerId } = cafe;
    const mine = ['GB', 'MB', 'SMS'].map((resource) =>
      aPurchase({ partnerId, bought: { resource, units: 5 } }),
    );
    const more = aPurchase({ partnerId, bought: { resource: 'MB', units: 2 } });
    const facts = [...mine, more, aPurchase({ partnerId: other.partnerId })].map((purchase) =>
      purchaseFact(tenantId, purchase),
    );
    for (const fact of facts) await points.produce(fact);

    const first = addonBalancePage.parse((await points.call(cafe.owner, 'GET', 'addons?limit=2')).body);
    const rest = addonBalancePage.parse(
      (await points.call(cafe.owner, 'GET', `addons?limit=2&cursor=${first.nextCursor}`)).body,
    );
    expect([...first.items, ...rest.items]).toEqual([
      { partnerId, resource: 'GB', units: 5 },
      { partnerId, resource: 'MB', units: 7 },
      { partnerId, resource: 'SMS', units: 5 },
    ]);
    expect(rest.nextCursor).toBeNull();

    const newest = addonEntryPage.parse(
      (await points.call(cafe.owner, 'GET', 'addons/entries?limit=3')).body,
    );
    const oldest = addonEntryPage.parse(
      (await points.call(cafe.owner, 'GET', `addons/entries?limit=3&cursor=${newest.nextCursor}`)).body,
    );
    const statement = [...newest.items, ...oldest.items];
    expect(statement.map(({ subjectId }) => subjectId)).toEqual(
      [...mine, more].map(({ purchaseId }) => purchaseId).reverse(),
    );
    expect(statement[0]).toMatchObject({
      partnerId,
      resource: 'MB',
      amount: 2,
      units: 7,
      cause: 'purchased',
    });
    expect(oldest.nextCursor).toBeNull();
  });

  it('merges the statements of several accounts by time', async () => {
    const [one, two] = [await points.cafe(), await points.cafe()];
    const purchases = [one, two, one, two].map(({ partnerId }) => aPurchase({ partnerId }));
    for (const purchase of purchases) await points.produce(purchaseFact(tenantId, purchase));
    const both = { ...one.owner, channels: [one.channelId, two.channelId] };
    const page = addonEntryPage.parse((await points.call(both, 'GET', 'addons/entries?limit=3')).body);
    expect(page.items.map(({ subjectId }) => subjectId)).toEqual(
      purchases
        .slice(1)
        .reverse()
        .map(({ purchaseId }) => purchaseId),
    );
  });

  it('shows nothing of others: no channel, another tenant', async () => {
    const cafe = await points.cafe();
    await points.produce(purchaseFact(tenantId, aPurchase({ partnerId: cafe.partnerId })));
    const nothing = { items: [], nextCursor: null };
    for (const path of ['addons', 'addons/entries']) {
      expect((await points.call({ ...cafe.owner, channels: [] }, 'GET', path)).body).toEqual(nothing);
      expect((await points.call({ ...cafe.owner, tenant: newId() }, 'GET', path)).body).toEqual(nothing);
    }
  });

  it.each(['addons?cursor=x', 'addons/entries?cursor=x', 'addons?limit=101'])('refuses %s', async (path) => {
    const cafe = await points.cafe();
    expect((await points.call(cafe.owner, 'GET', path)).status).toBe(400);
  });
});
