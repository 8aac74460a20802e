import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponReadiness, CouponView, Problem, TimeframePreview } from '#contracts';
import { aProgrammeChange, newId, programmeChangeFact } from '#testkit';
import { CatalogWorld, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
let admin: string;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{}]);
  admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
}, 120_000);
afterAll(() => world.stop());

const save = (couponId: string, step: string, body: unknown, ifMatch = '*') =>
  world.call('PATCH', `/v1/coupons/${couponId}/steps/${step}`, { token: owner.token, body, ifMatch });

const readiness = (couponId: string) =>
  world.call<CouponReadiness>('GET', `/v1/coupons/${couponId}/readiness`, { token: owner.token });

const decide = (couponId: string, verdict: string, ifMatch: string, body?: unknown) =>
  world.call('POST', `/v1/approvals/${couponId}/${verdict}`, { token: admin, ifMatch, body });

async function submitted(fields: Record<string, unknown> = {}): Promise<CouponView> {
  const { couponId } = await world.create(owner, { audience: 'everyone', ...fields });
  return (await world.act(owner, couponId, 'submit')).body;
}

describe('a step of the wizard', () => {
  it('is saved on its own, and saved again without a trace', async () => {
    const { couponId } = await world.create(owner);
    const endAt = inMinutes(60);
    for (const _ of ['first', 'repeated'])
      expect(await save(couponId, 'timeframe', { endAt }, '"1"')).toMatchObject({
        status: 200,
        body: { endAt, version: 2 },
        headers: { etag: '"2"' },
      });
    expect(await save(couponId, 'users', { audience: 'everyone' }, '"1"')).toMatchObject({
      status: 409,
      body: { code: 'version_conflict', detail: expect.stringMatching(/version 1;.*version 2/) },
    });
    expect(await world.audit(owner, couponId)).toHaveLength(2);
  });

  it.each([
    ['details', { endAt: null }, '/endAt'],
    ['timeframe', { name: 'Cake' }, '/name'],
    ['users', { name: 'Cake' }, '/name'],
    ['timeframe', { endAt: '2020-01-01T00:00:00Z' }, '/endAt'],
  ])('%s refuses %j and names it', async (step, body, pointer) => {
    const { couponId } = await world.create(owner);
    expect(await save(couponId, step, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer }] },
    });
    expect(await world.read(owner, couponId)).toMatchObject({ version: 1 });
  });

  it('is saved though another one has become wrong meanwhile', async () => {
    const { couponId } = await world.create(owner, { endAt: inMinutes(60) });
    await world.database.shiftClock(2 * 3_600_000);
    try {
      expect((await save(couponId, 'details', { name: 'Cake' })).status).toBe(200);
      expect((await save(couponId, 'timeframe', { startAt: null, recurrence: null })).status).toBe(200);
      expect((await save(couponId, 'timeframe', { startAt: inMinutes(1) })).status).toBe(400);
    } finally {
      await world.database.shiftClock(0);
    }
  });
});

describe('the preview of a timeframe', () => {
  const daily = { kind: 'daily', opensAt: '02:30', closesAt: '05:00' };
  const preview = (couponId: string, body: object, token = owner.token) =>
    world.call<TimeframePreview & Problem>('POST', `/v1/coupons/${couponId}/timeframe-preview`, {
      token,
      body,
      key: null,
    });

  it('is of the saved draft, with what is not saved yet in its place, and changes nothing', async () => {
    const { couponId, timeZone } = await world.create(owner, { recurrence: daily });
    const saved = await preview(couponId, {});
    expect(saved).toMatchObject({ status: 200, body: { couponId, timeZone, warnings: [] } });
    expect(saved.body.windows.filter(({ window }) => window !== null)).toHaveLength(20);
    expect(saved.body.icalendar).toContain(`TZID=${timeZone}`);
    const once = await preview(couponId, { recurrence: null, endAt: inMinutes(60) });
    expect(once.body.windows).toMatchObject([{ day: null, window: { opensAt: null } }]);
    expect(await world.read(owner, couponId)).toMatchObject({ version: 1, recurrence: daily });
  });

  it('warns of a validity that may fall between two windows', async () => {
    const { couponId } = await world.create(owner, { recurrence: daily });
    const { body } = await preview(couponId, { validity: { amount: 20, unit: 'hours' } });
    expect(body.warnings).toMatchObject([{ pointer: '/validity' }]);
  });

  it('refuses what the wizard would refuse, by the same pointers, and who does not own it', async () => {
    const { couponId } = await world.create(owner);
    const wrong = await preview(couponId, { endAt: '2020-01-01T00:00:00Z' });
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '/endAt' }] },
    });
    const stranger = await world.owner();
    expect(await preview(couponId, {}, stranger.token)).toMatchObject({
      status: 404,
      body: { code: 'coupon_not_found' },
    });
  });
});

describe('readiness', () => {
  it('names what is missing with its step, and the way out', async () => {
    const { couponId } = await world.create(owner, {
      name: undefined,
      type: 'auto',
      maxRedemptionsPerUser: null,
      recurrence: { kind: 'daily', opensAt: '10:00', closesAt: '10:01' },
      endAt: inMinutes(1),
      audience: 'everyone',
    });
    const { body } = await readiness(couponId);
    expect(body).toMatchObject({ couponId, version: 1, ready: false, action: 'submit' });
    expect(body.missing.slice(0, 2)).toMatchObject([
      { step: 'details', pointer: '/name' },
      { step: 'details', pointer: '/maxRedemptionsPerUser' },
    ]);
  });

  it('says so when nothing is, and is refused after publication', async () => {
    const { couponId } = await world.create(owner);
    expect((await readiness(couponId)).body).toMatchObject({ ready: true, action: 'publish', missing: [] });
    await world.act(owner, couponId, 'publish');
    expect(await readiness(couponId)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
  });
});

describe('approval', () => {
  it('binds the version that was looked at, and lets the coupon out', async () => {
    const pending = await submitted();
    const { couponId } = pending;
    expect(pending).toMatchObject({ status: 'pending_approval', version: 2, publishedAt: null });
    expect(await save(couponId, 'details', { name: 'Cake' })).toMatchObject({
      body: { code: 'wrong_state' },
    });
    const list = await world.call<{ items: CouponView[] }>('GET', '/v1/approvals', { token: admin });
    expect(list.body.items).toContainEqual(pending);
    expect(await decide(couponId, 'approve', '"1"')).toMatchObject({ status: 409 });
    expect(await decide(couponId, 'approve', '"2"')).toMatchObject({
      status: 200,
      body: { status: 'active', version: 3, takingEffect: true },
    });
    expect(await world.snapshotAt(couponId, 3)).toMatchObject({ status: 'active', audience: 'everyone' });
    expect(world.snapshots(couponId)).toHaveLength(1);
    expect((await world.audit(owner, couponId)).map(({ action }) => action)).toEqual([
      'create',
      'submit',
      'approve',
    ]);
    const after = await world.call<{ items: CouponView[] }>('GET', '/v1/approvals', { token: admin });
    expect(after.body.items.map((coupon) => coupon.couponId)).not.toContain(couponId);
  });

  it('refused, gives the draft back with the reason until it is submitted again', async () => {
    const { couponId } = await submitted();
    expect(await decide(couponId, 'reject', '"2"', {})).toMatchObject({ status: 400 });
    expect(await decide(couponId, 'reject', '"2"', { reason: 'Too loud' })).toMatchObject({
      status: 200,
      body: { status: 'draft', rejectedBecause: 'Too loud' },
    });
    expect((await world.act(owner, couponId, 'submit')).body).toMatchObject({ rejectedBecause: null });
  });

  it('does not find a coupon that was withdrawn', async () => {
    const { couponId } = await submitted();
    expect((await world.act(owner, couponId, 'withdraw')).body).toMatchObject({
      status: 'draft',
      version: 3,
    });
    expect(await decide(couponId, 'approve', '*')).toMatchObject({ body: { code: 'wrong_state' } });
  });

  it("is the tenant's own: not an owner's, not another tenant's", async () => {
    const { couponId } = await submitted();
    const path = `/v1/approvals/${couponId}/approve`;
    const byOwner = await world.call('POST', path, { token: owner.token, ifMatch: '*' });
    expect(byOwner).toMatchObject({ status: 403 });
    const token = await world.token({ role: 'tenant_admin', tenantId: couponId });
    expect(await world.call('POST', path, { token, ifMatch: '*' })).toMatchObject({ status: 404 });
  });
});

describe('a duplicate', () => {
  it('is a draft of its own, without instants that have passed', async () => {
    const endAt = inMinutes(60);
    const { couponId, ...original } = await world.published(owner, { endAt, maxRedemptions: 7, position: 3 });
    await world.act(owner, couponId, 'archive');
    const { status, body } = await world.act(owner, couponId, 'duplicate');
    expect(status).toBe(201);
    expect(body.couponId).not.toBe(couponId);
    const { name, description, maxRedemptions, position } = original;
    expect(body).toMatchObject({ name, description, maxRedemptions, position, endAt });
    expect(body).toMatchObject({ status: 'draft', finishedReason: null, version: 1, publishedAt: null });
    await world.database.shiftClock(2 * 3_600_000);
    try {
      expect((await world.act(owner, couponId, 'duplicate')).body.endAt).toBeNull();
    } finally {
      await world.database.shiftClock(0);
    }
  });
});

describe('levels of a loyalty coupon (U6)', () => {
  const gold = { levelId: newId(), name: 'Gold', rank: 2 };
  const silver = { levelId: newId(), name: 'Silver', rank: 1 };

  it('are those of its programme, make it one by grant, and stay editable when it is out', async () => {
    const programmeId = await world.programme(owner, { levels: [gold, silver] });
    const { couponId } = await world.create(owner, { programmeId });
    await save(couponId, 'users', { levelIds: [newId()] });
    expect((await readiness(couponId)).body.missing).toMatchObject([
      { pointer: '/levelIds/0', step: 'users' },
    ]);
    await save(couponId, 'users', { levelIds: [gold.levelId] });
    const { body: coupon } = await world.act(owner, couponId, 'publish');
    expect(coupon).toMatchObject({ availability: 'grant', programmeId, levelIds: [gold.levelId] });
    expect(await world.snapshotAt(couponId, coupon.version)).toMatchObject({ levelIds: [gold.levelId] });

    const both = [gold.levelId, silver.levelId];
    expect((await edited(couponId, { levelIds: both })).body).toMatchObject({ levelIds: both });
    expect((await edited(couponId, { levelIds: [newId()] })).body).toMatchObject({
      errors: [{ pointer: '/levelIds/0' }],
    });
    expect((await edited(couponId, { programmeId: null })).body).toMatchObject({ code: 'wrong_state' });

    // The programme loses a level: whatever else is edited is not held up by it, and it is not chosen anew.
    const { partnerId = newId() } = owner.channels[0] ?? {};
    const smaller = aProgrammeChange({ programmeId, partnerId, levels: [gold] });
    await world.told(programmeChangeFact(owner.tenantId, smaller, 2));
    expect((await edited(couponId, { name: 'Cake' })).status).toBe(200);
    expect((await edited(couponId, { levelIds: [silver.levelId] })).body).toMatchObject({
      errors: [{ pointer: '/levelIds/0' }],
    });
  });

  it('cannot be put on a coupon that was published for all', async () => {
    const programmeId = await world.programme(owner, { levels: [gold] });
    const { couponId } = await world.published(owner, { programmeId });
    expect((await edited(couponId, { levelIds: [gold.levelId] })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/levelIds', message: expect.stringContaining('duplicate') }],
    });
  });

  const edited = (couponId: string, body: unknown) =>
    world.call('PATCH', `/v1/coupons/${couponId}`, { token: owner.token, ifMatch: '*', body });
});
