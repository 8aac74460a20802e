import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { CatalogWorld, couponBody, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{ timeZone: 'America/Havana' }, { status: 'draft' }]);
}, 120_000);
afterAll(() => world.stop());

describe('creating a draft', () => {
  it('answers the coupon with its version, and tells nobody else', async () => {
    const body = couponBody(owner, { maxRedemptions: 100, startAt: inMinutes(5), endAt: inMinutes(10) });
    const {
      status,
      body: coupon,
      headers,
    } = await world.call('POST', '/v1/coupons', { token: owner.token, body });
    expect(status).toBe(201);
    expect(headers['etag']).toBe('"1"');
    expect(coupon).toMatchObject({
      ...body,
      status: 'draft',
      version: 1,
      redeemed: 0,
      redeemedMessage: 'Enjoy your {{coupon.name}}!',
      maxRedemptionsPerUser: null,
      timeZone: 'America/Havana',
      takingEffect: false,
      publishedAt: null,
    });
    expect(await world.read(owner, coupon.couponId)).toEqual(coupon);
    expect(world.snapshots(coupon.couponId)).toEqual([]);
  });

  it('lets a draft lack what publication will ask for', async () => {
    const body = { channelId: owner.channels[0]?.channelId, type: 'click' };
    const answer = await world.call('POST', '/v1/coupons', { token: owner.token, body });
    expect(answer).toMatchObject({ status: 201, body: { name: null, description: null } });
  });

  it.each([
    ['/name', { name: 'x'.repeat(81) }],
    ['/name', { name: '   ' }],
    ['/description', { description: 'x'.repeat(2001) }],
    ['/redeemedMessage', { redeemedMessage: 'Hi {{user.nmae}}' }],
    ['/maxRedemptions', { maxRedemptions: 0 }],
    ['/maxRedemptionsPerUser', { maxRedemptionsPerUser: 1.5 }],
    ['/type', { type: 'voucher' }],
    ['/channelId', { channelId: 'no-id' }],
    ['/startAt', { startAt: '2026-02-31T10:00:00Z' }],
    ['/endAt', { endAt: '2020-01-01T00:00:00Z' }],
    ['/endAt', { startAt: '2999-01-02T00:00:00Z', endAt: '2999-01-01T00:00:00Z' }],
    ['/surprise', { surprise: true }],
  ])('refuses a malformed %s and names it', async (pointer, fields) => {
    const body = couponBody(owner, fields);
    const { status, body: problem } = await world.problem('POST', '/v1/coupons', {
      token: owner.token,
      body,
    });
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code: 'invalid_request' });
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('names the unknown placeholder and the known ones', async () => {
    const body = couponBody(owner, { redeemedMessage: '{{coupon.nam}}' });
    const { body: problem } = await world.problem('POST', '/v1/coupons', { token: owner.token, body });
    expect(problem.errors?.[0]?.message).toBe(
      'unknown placeholder {{coupon.nam}}; known are {{user.name}} {{coupon.name}} {{channel.name}}',
    );
  });

  it('counts 80 characters as people see them', async () => {
    const family = '👨‍👩‍👧‍👦';
    const answer = await world.call('POST', '/v1/coupons', {
      token: owner.token,
      body: couponBody(owner, { name: family.repeat(80) }),
    });
    expect(answer.status).toBe(201);
  });

  it("refuses a channel outside the token, even the tenant's own", async () => {
    const other = await world.owner([{}], owner.tenantId);
    const body = couponBody(other);
    const answer = await world.problem('POST', '/v1/coupons', { token: owner.token, body });
    expect(answer).toMatchObject({ status: 404, body: { code: 'channel_not_found' } });
  });

  it('refuses a channel in the token that nobody has told of', async () => {
    const channelId = newId();
    const { tenantId } = owner;
    const token = await world.token({ role: 'channel_owner', tenantId, channels: [channelId] });
    const answer = await world.problem('POST', '/v1/coupons', {
      token,
      body: { ...couponBody(owner), channelId },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'channel_not_found' } });
  });
});

describe('publishing', () => {
  it('makes a coupon active at once and tells everybody', async () => {
    const { couponId } = await world.create(owner, { maxRedemptions: 10 });
    const { status, body, headers } = await world.act(owner, couponId, 'publish');
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"2"');
    expect(body).toMatchObject({
      status: 'active',
      version: 2,
      takingEffect: true,
      timeZone: 'America/Havana',
    });
    const snapshot = await world.snapshotAt(couponId, 2);
    expect(snapshot).toMatchObject({
      status: 'active',
      terms: { maxRedemptions: 10, maxRedemptionsPerUser: null },
      schedule: { startAt: null, endAt: null, timeZone: 'America/Havana' },
      publishedAt: body.publishedAt,
    });
    const record = world.snapshotRecords.find(({ key }) => key === couponId);
    expect(record?.envelope).toMatchObject({
      source: '/octopus/catalog',
      type: 'octopus.catalog.coupon-snapshot.v1',
      subject: `coupon/${couponId}`,
      revision: 2,
      tenantId: owner.tenantId,
    });
  });

  it('schedules one whose start is to come', async () => {
    const startAt = inMinutes(60);
    const coupon = await world.published(owner, { startAt });
    expect(coupon).toMatchObject({ status: 'scheduled', startAt });
  });

  it("goes by the database's clock, and takes a start in the past for now", async () => {
    const { couponId } = await world.create(owner, { startAt: inMinutes(60) });
    await world.database.shiftClock(2 * 3_600_000);
    try {
      const { body } = await world.act(owner, couponId, 'publish');
      expect(body).toMatchObject({ status: 'active', startAt: body.publishedAt });
      expect(Date.parse(body.publishedAt ?? '')).toBeGreaterThan(Date.now() + 7_000_000);
    } finally {
      await world.database.shiftClock(0);
    }
  });

  it('publishes a coupon of a channel that is still a draft', async () => {
    const coupon = await world.published(owner, { channelId: owner.channels[1]?.channelId });
    expect(coupon.status).toBe('active');
  });

  it('lists all that is missing, and leaves the draft as it was', async () => {
    const { couponId } = await world.create(owner, { name: undefined, description: undefined });
    const answer = await world.problem('POST', `/v1/coupons/${couponId}/publish`, { token: owner.token });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'missing_to_publish', errors: [{ pointer: '/name' }, { pointer: '/description' }] },
    });
    expect(await world.read(owner, couponId)).toMatchObject({ status: 'draft', version: 1 });
  });

  it('succeeds once among several at the same time', async () => {
    const { couponId } = await world.create(owner);
    const row = await world.holdRow(owner, couponId);
    const answers = Promise.all([1, 2, 3].map(() => world.act(owner, couponId, 'publish')));
    await row.waiting(3).finally(() => row.done());
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    await world.act(owner, couponId, 'disable');
    await world.snapshotAt(couponId, 3);
    expect(world.snapshots(couponId).map(({ version }) => version)).toEqual([2, 3]);
  });
});

describe('the life of a published coupon', () => {
  it('goes through disable, enable and archive, with a snapshot and an audit entry each', async () => {
    const { couponId } = await world.published(owner);
    for (const action of ['disable', 'enable', 'archive'])
      expect((await world.act(owner, couponId, action)).status).toBe(200);
    expect(await world.read(owner, couponId)).toMatchObject({
      status: 'finished',
      finishedReason: 'archived',
      version: 5,
    });
    await world.snapshotAt(couponId, 5);
    expect(world.snapshots(couponId).map(({ status }) => status)).toEqual([
      'active',
      'disabled',
      'active',
      'finished',
    ]);
    const audit = await world.audit(owner, couponId);
    expect(audit.map(({ action }) => action)).toEqual(['create', 'publish', 'disable', 'enable', 'archive']);
    expect(audit.every(({ actorKind, actorId }) => actorKind === 'person' && actorId === owner.userId)).toBe(
      true,
    );
    expect(audit[2]).toMatchObject({
      before: { status: 'active' },
      after: { status: 'disabled', version: 3 },
    });
    expect(audit[0]).toMatchObject({ before: null, after: { status: 'draft' } });
  });

  it('refuses what the state does not allow, and says what it does', async () => {
    const { couponId } = await world.published(owner);
    const answer = await world.problem('POST', `/v1/coupons/${couponId}/enable`, { token: owner.token });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'wrong_state',
        detail: 'Cannot enable: the coupon is active. Possible: disable, archive.',
      },
    });
  });

  it('refuses to enable a coupon whose end has passed, though no fact has come', async () => {
    const { couponId } = await world.published(owner, { endAt: inMinutes(60) });
    await world.act(owner, couponId, 'disable');
    await world.database.shiftClock(2 * 3_600_000);
    try {
      const answer = await world.act(owner, couponId, 'enable');
      expect(answer).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    } finally {
      await world.database.shiftClock(0);
    }
  });
});

describe('If-Match', () => {
  it('refuses an action made from a version that is no longer there', async () => {
    const { couponId } = await world.published(owner);
    const stale = await world.act(owner, couponId, 'disable', { ifMatch: '"1"' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'version_conflict' } });
    const fresh = await world.act(owner, couponId, 'disable', { ifMatch: '"2"' });
    expect(fresh).toMatchObject({ status: 200, headers: { etag: '"3"' } });
  });

  it.each(['2', '"x"', 'W/"2"', '"0"', '""'])('%s is malformed, and named', async (ifMatch) => {
    const { couponId } = await world.create(owner);
    const answer = await world.act(owner, couponId, 'publish', { ifMatch });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: 'header/if-match' }] },
    });
  });
});

describe('deleting', () => {
  it('removes a draft; what happened to it stays on record', async () => {
    const { couponId } = await world.create(owner);
    const answer = await world.call('DELETE', `/v1/coupons/${couponId}`, { token: owner.token });
    expect(answer).toMatchObject({ status: 204, body: null });
    const gone = await world.problem('GET', `/v1/coupons/${couponId}`, { token: owner.token });
    expect(gone).toMatchObject({ status: 404, body: { code: 'coupon_not_found' } });
    expect((await world.audit(owner, couponId)).map(({ action, after }) => [action, after])).toEqual([
      ['create', expect.anything()],
      ['delete', null],
    ]);
  });

  it('refuses a published coupon', async () => {
    const { couponId } = await world.published(owner);
    const answer = await world.problem('DELETE', `/v1/coupons/${couponId}`, { token: owner.token });
    expect(answer).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });
});

describe('a repeated request', () => {
  it('gets the first answer again and changes nothing', async () => {
    const key = newId();
    const body = couponBody(owner);
    const first = await world.call('POST', '/v1/coupons', { token: owner.token, body, key });
    const again = await world.call('POST', '/v1/coupons', { token: owner.token, body, key });
    expect(again.body).toEqual(first.body);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true', etag: '"1"' } });
    const other = await world.problem('POST', '/v1/coupons', {
      token: owner.token,
      body: couponBody(owner, { name: 'Another' }),
      key,
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('with one key for two coupons is two requests', async () => {
    const [one, two] = [await world.create(owner), await world.create(owner)];
    const key = newId();
    expect((await world.act(owner, one.couponId, 'publish', { key })).status).toBe(200);
    const second = await world.act(owner, two.couponId, 'publish', { key });
    expect(second).toMatchObject({ status: 200, body: { couponId: two.couponId } });
  });

  it('after a refusal may succeed: refusals are not kept', async () => {
    const { couponId } = await world.published(owner);
    const key = newId();
    expect((await world.act(owner, couponId, 'enable', { key })).status).toBe(409);
    await world.act(owner, couponId, 'disable');
    expect((await world.act(owner, couponId, 'enable', { key })).status).toBe(200);
  });

  it('without a key is refused', async () => {
    const answer = await world.problem('POST', '/v1/coupons', {
      token: owner.token,
      body: couponBody(owner),
      key: null,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
  });
});

describe('when the fact cannot be written', () => {
  it('nothing is saved: no state, no audit entry, no answer; the same key then succeeds', async () => {
    const { couponId } = await world.create(owner);
    const key = newId();
    const pool = world.database.ownerPool();
    await pool.query(
      "ALTER TABLE outbox ADD CONSTRAINT broken CHECK (topic <> 'catalog.coupon.v1') NOT VALID",
    );
    const failed = await world.act(owner, couponId, 'publish', { key });
    await pool.query('ALTER TABLE outbox DROP CONSTRAINT broken');
    expect(failed).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(await world.read(owner, couponId)).toMatchObject({ status: 'draft', version: 1 });
    expect(await world.audit(owner, couponId)).toHaveLength(1);
    expect((await world.act(owner, couponId, 'publish', { key })).status).toBe(200);
    await world.snapshotAt(couponId, 2);
  });
});

describe("somebody else's coupon", () => {
  it.each(['end_user', 'cashier', 'tenant_admin', 'service'] as const)('%s may not', async (role) => {
    const token = await world.token({ role, tenantId: owner.tenantId });
    const answer = await world.problem('GET', '/v1/coupons', { token });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('is not found: by an owner of other channels, nor from another tenant with the same channel', async () => {
    const { couponId } = await world.published(owner);
    const neighbour = await world.owner([{}], owner.tenantId);
    const stranger = await world.owner([{ channelId: owner.channels[0]?.channelId ?? '' }]);
    for (const other of [neighbour, stranger]) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/publish'],
        ['POST', '/disable'],
        ['POST', '/enable'],
        ['POST', '/archive'],
      ] as const) {
        const answer = await world.problem(method, `/v1/coupons/${couponId}${path}`, { token: other.token });
        expect(answer).toMatchObject({ status: 404, body: { code: 'coupon_not_found' } });
      }
    }
    expect(await world.read(owner, couponId)).toMatchObject({ status: 'active', version: 2 });
  });
});
