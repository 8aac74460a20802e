import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { CouponView, Problem } from '#contracts';
import { newId } from '#testkit';
import { CatalogWorld, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
let admin: string;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner();
  admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
}, 120_000);
afterAll(() => world.stop());

const edit = (couponId: string, body: unknown, ifMatch = '*') =>
  world.call<CouponView & Pick<Problem, 'errors'>>('PATCH', `/v1/coupons/${couponId}`, {
    token: owner.token,
    body,
    ifMatch,
  });

const decide = (couponId: string, verdict: 'approve' | 'reject', ifMatch: string, body?: unknown) =>
  world.call<CouponView & Pick<Problem, 'errors'>>('POST', `/v1/approvals/${couponId}/${verdict}`, {
    token: admin,
    ifMatch,
    body,
  });

/** Out for everyone, at version 3. */
async function approved(fields: Record<string, unknown> = {}): Promise<CouponView> {
  const { couponId } = await world.create(owner, { audience: 'everyone', ...fields });
  await world.act(owner, couponId, 'submit');
  const { status, body } = await decide(couponId, 'approve', '"2"');
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

const waiting = async () =>
  (await world.call<{ items: CouponView[] }>('GET', '/v1/approvals?limit=100', { token: admin })).body.items;

const actions = async (couponId: string) =>
  (await world.audit(owner, couponId)).map(({ action }) => action).slice(3);

describe('a revision of a coupon for everyone', () => {
  it('is shown beside what is live, told to nobody, and live with the approval', async () => {
    const live = await approved();
    const { couponId, name, status } = live;
    const proposed = (await edit(couponId, { name: 'Cake', position: 4 }, '"3"')).body;
    expect(proposed).toMatchObject({
      ...{ name, status, version: 4, position: 4 },
      pendingRevision: { changes: [{ field: 'name', live: name, proposed: 'Cake' }] },
    });
    expect(await world.snapshotAt(couponId, 4)).toMatchObject({ name, position: 4, status });
    expect(await waiting()).toContainEqual({ ...proposed, takingEffect: expect.any(Boolean) });

    const after = (await decide(couponId, 'approve', '"4"')).body;
    expect(after).toMatchObject({ name: 'Cake', status, version: 5, pendingRevision: null });
    expect(await world.snapshotAt(couponId, 5)).toMatchObject({ name: 'Cake', status });
    expect((await waiting()).map((coupon) => coupon.couponId)).not.toContain(couponId);
    expect(await actions(couponId)).toEqual(['revise', 'approve-revision']);
    const [entry] = (await world.audit(owner, couponId)).slice(-1);
    expect(entry).toMatchObject({ before: { name }, after: { name: 'Cake' } });
  });

  it('is shown to the tenant with the image that it proposes, until it waits no more', async () => {
    const { couponId, imageId, image } = await approved();
    const create = { width: 640, height: 360, channels: 3, background: '#204060' } as const;
    const other = await world.anImage(owner.token, new Uint8Array(await sharp({ create }).png().toBuffer()));
    const read = () => world.call<CouponView>('GET', `/v1/approvals/${couponId}`, { token: admin });
    expect(await read()).toMatchObject({ status: 404, body: { code: 'coupon_not_found' } });
    await edit(couponId, { imageId: other });
    const { status, body, headers } = await read();
    expect([status, headers.etag]).toEqual([200, '"4"']);
    expect(body).toMatchObject({ imageId, image });
    expect(body.pendingRevision).toMatchObject({
      changes: [{ field: 'imageId', live: imageId, proposed: other }],
      image: { renditions: expect.arrayContaining([expect.objectContaining({ type: 'image/jpeg' })]) },
    });
    expect(body.pendingRevision?.image).not.toEqual(image);
    await edit(couponId, { name: 'Cake', imageId });
    expect((await read()).body.pendingRevision?.image).toBeNull();
    const strange = await world.token({ role: 'tenant_admin', tenantId: newId() });
    expect(await world.call('GET', `/v1/approvals/${couponId}`, { token: strange })).toMatchObject({
      status: 404,
    });
    await decide(couponId, 'reject', '*', { reason: 'No' });
    expect((await read()).status).toBe(404);
  });

  it('is approved as it was looked at: amended meanwhile, it is refused with both versions', async () => {
    const { couponId } = await approved();
    await edit(couponId, { name: 'Cake' });
    await edit(couponId, { name: 'Rude' });
    expect(await decide(couponId, 'approve', '"4"')).toMatchObject({
      status: 409,
      body: { code: 'version_conflict', versions: { expected: 4, current: 5 } },
      headers: { etag: '"5"' },
    });
    expect((await decide(couponId, 'approve', '"5"')).body).toMatchObject({ name: 'Rude' });
  });

  it('rejected, leaves what is live as it was, and tells the owner why until the next one', async () => {
    const { couponId, name } = await approved();
    await edit(couponId, { name: 'Rude' });
    expect(await decide(couponId, 'reject', '"4"', { reason: 'Rude' })).toMatchObject({
      status: 200,
      body: { name, status: 'active', pendingRevision: null, rejectedBecause: 'Rude', version: 5 },
    });
    expect(await world.read(owner, couponId)).toMatchObject({ rejectedBecause: 'Rude' });
    expect(await actions(couponId)).toEqual(['revise', 'reject-revision']);
    expect((await edit(couponId, { name: 'Cake' })).body).toMatchObject({ rejectedBecause: null });
  });

  it('is withdrawn by its owner, and dropped with the coupon', async () => {
    const { couponId, name } = await approved();
    await edit(couponId, { name: 'Cake' });
    const withdrawn = await world.act(owner, couponId, 'withdraw');
    expect(withdrawn.body).toMatchObject({ name, status: 'active', pendingRevision: null });
    expect(await decide(couponId, 'approve', '*')).toMatchObject({ body: { code: 'wrong_state' } });
    expect(await world.act(owner, couponId, 'withdraw')).toMatchObject({ body: { code: 'wrong_state' } });
    await edit(couponId, { name: 'Cake' });
    expect((await world.act(owner, couponId, 'archive')).body).toMatchObject({ name, pendingRevision: null });
    expect((await waiting()).map((coupon) => coupon.couponId)).not.toContain(couponId);
    expect(await actions(couponId)).toEqual(['revise', 'withdraw-revision', 'revise', 'archive']);
  });

  it('repeated, is saved once', async () => {
    const { couponId } = await approved();
    const [once, again] = [
      await edit(couponId, { name: 'Cake' }, '"3"'),
      await edit(couponId, { name: 'Cake' }, '"3"'),
    ];
    expect(again.body).toEqual({ ...once.body, takingEffect: again.body.takingEffect });
    expect(await actions(couponId)).toEqual(['revise']);
  });

  it('of a trigger takes its cost over with the approval', async () => {
    const { couponId } = await approved();
    const { triggerId, cost } = await world.trigger(owner);
    expect((await edit(couponId, { triggerId })).body).toMatchObject({
      trigger: null,
      pendingRevision: { changes: [{ field: 'triggerId', live: null, proposed: triggerId }] },
    });
    expect((await decide(couponId, 'approve', '"4"')).body).toMatchObject({ trigger: { triggerId, cost } });
    expect(await world.snapshotAt(couponId, 5)).toMatchObject({ terms: { trigger: { triggerId, cost } } });
  });
});

describe('while a coupon is out', () => {
  it('another trigger holds at once, at what it costs now', async () => {
    const { couponId } = await world.published(owner);
    const { triggerId, cost } = await world.trigger(owner);
    expect((await edit(couponId, { triggerId })).body).toMatchObject({
      trigger: { triggerId, cost },
      takingEffect: true,
    });
    expect(await world.snapshotAt(couponId, 3)).toMatchObject({ terms: { trigger: { triggerId, cost } } });
    expect((await edit(couponId, { triggerId: null })).body.trigger).toBeNull();
    const foreign = await world.trigger(await world.owner());
    for (const unusable of [
      foreign.triggerId,
      newId(),
      (await world.trigger(owner, { offered: false })).triggerId,
    ])
      expect(await edit(couponId, { triggerId: unusable })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: '/triggerId' }] },
      });
    expect(await world.read(owner, couponId)).toMatchObject({ trigger: null, version: 4 });
  });

  it.each([
    [{ name: 'Cake' }],
    [{ description: 'Sweet.' }],
    [{ redeemedMessage: 'Enjoy!' }],
    [{ reminder: { daysBefore: 1, text: 'Soon' } }],
    [{ hideIfNotAvailable: true }],
    [{ position: 9 }],
    [{ maxRedemptionsPerUser: 5 }],
    [{ timeLimit: { amount: 1, unit: 'hours' } }],
    [{ endAt: '2099-01-01T00:00:00.000Z' }],
    [{ endAt: null }],
  ])('%j may be edited', async (fields) => {
    const { couponId } = await world.published(owner, { endAt: inMinutes(60) });
    expect(await edit(couponId, fields)).toMatchObject({ status: 200, body: { ...fields, version: 3 } });
  });

  it.each([
    [{ type: 'qr' }, '/type'],
    [{ startAt: '2099-01-01T00:00:00.000Z' }, '/startAt'],
    [{ recurrence: { kind: 'daily', opensAt: '10:00', closesAt: '12:00' } }, '/recurrence'],
    [{ price: { pointNameId: newId(), amount: '5' } }, '/price'],
    [{ bonus: { pointNameId: newId(), amount: '5' } }, '/bonus'],
    [{ validity: { amount: 1, unit: 'days' } }, '/validity'],
    [{ programmeId: newId() }, '/programmeId'],
    [{ audience: 'everyone' }, '/audience'],
    [{ maxRedemptions: 5 }, '/maxRedemptions'],
  ])('%j is locked', async (fields, pointer) => {
    const { couponId } = await world.published(owner);
    expect(await edit(couponId, { ...fields, name: 'Cake' })).toMatchObject({
      status: 409,
      body: { code: 'wrong_state', errors: [{ pointer }] },
    });
    expect(await world.read(owner, couponId)).toMatchObject({ version: 2, name: 'Free espresso' });
  });

  it('the end moves to later than now only, and stays while a reminder needs it; a passed one is final', async () => {
    const reminder = { daysBefore: 1, text: 'Soon' };
    const { couponId } = await world.published(owner, { endAt: inMinutes(60), reminder });
    expect((await edit(couponId, { endAt: inMinutes(-1) })).body.errors).toMatchObject([
      { pointer: '/endAt' },
    ]);
    expect((await edit(couponId, { endAt: null })).body.errors).toMatchObject([{ pointer: '/reminder' }]);
    expect((await edit(couponId, { endAt: null, reminder: null })).status).toBe(200);
    await edit(couponId, { endAt: inMinutes(60) });
    await world.database.shiftClock(2 * 3_600_000);
    try {
      expect(await edit(couponId, { endAt: inMinutes(600) })).toMatchObject({
        status: 409,
        body: { code: 'wrong_state', errors: [{ pointer: '/endAt' }] },
      });
    } finally {
      await world.database.shiftClock(0);
    }
  });
});

describe('an action on a coupon in the wrong state', () => {
  const possible: Record<string, readonly string[]> = {
    draft: ['publish', 'submit'],
    pending_approval: ['withdraw', 'approve', 'reject'],
    scheduled: ['archive'],
    active: ['disable', 'archive'],
    disabled: ['enable', 'archive'],
    finished: [],
  };
  const every = ['publish', 'submit', 'withdraw', 'disable', 'enable', 'archive', 'approve', 'reject'];

  const inState = async (status: string): Promise<CouponView> => {
    if (status === 'draft') return world.create(owner);
    if (status === 'scheduled') return world.published(owner, { startAt: inMinutes(60) });
    if (status === 'pending_approval') {
      const { couponId } = await world.create(owner, { audience: 'everyone' });
      return (await world.act(owner, couponId, 'submit')).body;
    }
    const out = await world.published(owner);
    if (status === 'active') return out;
    return (await world.act(owner, out.couponId, status === 'disabled' ? 'disable' : 'archive')).body;
  };
  const act = (couponId: string, action: string, ifMatch: string) =>
    action === 'approve' || action === 'reject'
      ? decide(couponId, action, ifMatch, action === 'reject' ? { reason: 'No' } : undefined)
      : world.act(owner, couponId, action, { ifMatch });

  it.each(Object.entries(possible))('%s takes %j only', async (status, allowed) => {
    const { couponId, version } = await inState(status);
    for (const action of every.filter((one) => !allowed.includes(one))) {
      expect(await act(couponId, action, '*')).toMatchObject({
        status: 409,
        body: { code: 'wrong_state', detail: expect.stringContaining(`Cannot ${action}`) },
      });
      expect(await act(couponId, action, `"${version + 7}"`)).toMatchObject({
        status: 409,
        body: { code: 'version_conflict', versions: { expected: version + 7, current: version } },
        headers: { etag: `"${version}"` },
      });
    }
    const path = `/v1/coupons/${couponId}`;
    const deleted = await world.problem('DELETE', path, { token: owner.token });
    const mayGo = status === 'draft' || status === 'pending_approval';
    expect({ status: deleted.status, code: deleted.body?.code }).toEqual(
      mayGo ? { status: 204, code: undefined } : { status: 409, code: 'wrong_state' },
    );
    if (!mayGo) expect(await world.read(owner, couponId)).toMatchObject({ status, version });
  });
});
