import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PointNameView } from '#contracts';
import { newId } from '#testkit';
import { CatalogWorld, couponBody, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
/** Of two loyalty programmes of the owner's account. */
let token: PointNameView;
let mile: PointNameView;
let coin: PointNameView;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{}]);
  coin = await world.pointName(owner);
  token = await world.pointName(owner, { name: 'token', programmeId: await world.programme(owner) });
  mile = await world.pointName(owner, { name: 'mile', programmeId: await world.programme(owner) });
}, 120_000);
afterAll(() => world.stop());

const costing = ({ pointNameId }: PointNameView, amount = '100') => ({ pointNameId, amount });

/** Every term, as a body has it. */
const everyTerm = () => ({
  type: 'auto',
  maxRedemptionsPerUser: 3,
  timeLimit: { amount: 2, unit: 'hours' },
  price: costing(token, '9223372036854775807'),
  bonus: costing(mile, '5'),
  validity: { amount: 3, unit: 'days' },
  hideIfNotAvailable: true,
  pointsTakenAutomatically: true,
  audience: 'followers',
  programmeId: token.programmeId,
  position: 4,
  recurrence: { kind: 'monthly', days: [31, 1], missingDay: 'SKIP', opensAt: '10:00', closesAt: '02:00' },
});

const patch = (couponId: string, body: unknown, ifMatch: string | undefined, by = owner) =>
  world.call('PATCH', `/v1/coupons/${couponId}`, {
    token: by.token,
    body,
    ...(ifMatch !== undefined && { ifMatch }),
  });

const everyRecurrence = {
  kind: 'monthly',
  days: [1],
  missingDay: 'SKIP',
  opensAt: '10:00',
  closesAt: '11:00',
};

describe('the terms of a coupon', () => {
  it('are kept in the draft and told when it is published, the cost of the trigger included', async () => {
    const { triggerId, cost } = await world.trigger(owner);
    const terms = everyTerm();
    const draft = await world.create(owner, { ...terms, triggerId });
    const sorted = { ...terms, recurrence: { ...terms.recurrence, days: [1, 31] } };
    expect(draft).toMatchObject({ ...sorted, trigger: { triggerId, cost: null }, availability: null });
    const published = await world.act(owner, draft.couponId, 'publish');
    expect(published.body).toMatchObject({ ...sorted, trigger: { triggerId, cost }, availability: 'grant' });
    const {
      pointsTakenAutomatically: _,
      type,
      audience,
      programmeId,
      position,
      recurrence,
      ...rest
    } = sorted;
    expect(await world.snapshotAt(draft.couponId, 2)).toMatchObject({
      partnerId: owner.channels[0]?.partnerId,
      channelStatus: 'active',
      type,
      terms: { ...rest, trigger: { triggerId, cost } },
      audience,
      availability: 'grant',
      programmeId,
      position,
      editedAt: draft.editedAt,
      schedule: { recurrence },
    });
  });

  it('keep the cost of the trigger that they were published with', async () => {
    const { triggerId, cost } = await world.trigger(owner);
    const { couponId } = await world.published(owner, { triggerId });
    const admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const body = { cost: { resource: 'MB', units: 1 }, offered: false };
    const changed = await world.call('PATCH', `/v1/triggers/${triggerId}`, {
      token: admin,
      body,
      ifMatch: '"1"',
    });
    expect(changed.status).toBe(200);
    await world.act(owner, couponId, 'disable');
    expect(await world.snapshotAt(couponId, 3)).toMatchObject({ terms: { trigger: { triggerId, cost } } });
  });

  it.each(['qr', 'time_based', 'click'])(
    'may be those of a coupon of type %s without a limit',
    async (type) => {
      const coupon = await world.published(owner, { type });
      expect(coupon).toMatchObject({
        status: 'active',
        type,
        maxRedemptionsPerUser: null,
        availability: 'rule',
      });
    },
  );

  it.each([
    ['/timeLimit/amount', { timeLimit: { amount: 0, unit: 'hours' } }],
    ['/timeLimit/unit', { timeLimit: { amount: 1, unit: 'weeks' } }],
    ['/validity', { validity: { amount: 3651, unit: 'days' } }],
    ['/validity/calendar', { validity: { amount: 1, unit: 'days', calendar: true } }],
    ['/price/amount', { price: { pointNameId: newId(), amount: '0' } }],
    ['/price/amount', { price: { pointNameId: newId(), amount: '9223372036854775808' } }],
    ['/price/amount', { price: { pointNameId: newId(), amount: 5 } }],
    ['/bonus/pointNameId', { bonus: { pointNameId: 'gold', amount: '1' } }],
    ['/bonus/currency', { bonus: { pointNameId: newId(), amount: '1', currency: 'EUR' } }],
    ['/position', { position: 0 }],
    ['/audience', { audience: 'all' }],
    ['/recurrence/opensAt', { recurrence: { kind: 'daily', opensAt: '24:00', closesAt: '10:00' } }],
    ['/recurrence/closesAt', { recurrence: { kind: 'daily', opensAt: '09:00' } }],
    ['/recurrence/days', { recurrence: { ...everyRecurrence, days: [32] } }],
  ])('are refused when malformed: %s of %j', async (pointer, fields) => {
    const body = couponBody(owner, fields);
    const { status, body: problem } = await world.problem('POST', '/v1/coupons', {
      token: owner.token,
      body,
    });
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(problem.errors?.map((error) => error.pointer.startsWith(pointer))).toEqual([true]);
  });
});

describe('publication', () => {
  it('names everything that does not fit, at once, and changes nothing', async () => {
    const { couponId } = await world.create(owner, {
      type: 'auto',
      maxRedemptionsPerUser: null,
      price: costing(token),
      bonus: costing(token),
      audience: 'everyone',
      triggerId: newId(),
      programmeId: newId(),
      recurrence: {
        kind: 'yearly',
        month: 2,
        day: 29,
        missingDay: 'SKIP',
        opensAt: '10:00',
        closesAt: '11:00',
      },
      endAt: inMinutes(60),
    });
    const answer = await world.problem('POST', `/v1/coupons/${couponId}/publish`, { token: owner.token });
    expect(answer).toMatchObject({ status: 409, body: { code: 'missing_to_publish' } });
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual([
      '/maxRedemptionsPerUser',
      '/pointsTakenAutomatically',
      '/bonus/pointNameId',
      '/triggerId',
      '/programmeId',
      '/recurrence',
      '/audience',
    ]);
    expect(await world.read(owner, couponId)).toMatchObject({ status: 'draft', version: 1 });
  });

  it("knows no point name, programme or trigger of another tenant's", async () => {
    const stranger = await world.owner([{ partnerId: owner.channels[0]?.partnerId ?? '' }]);
    const { triggerId } = await world.trigger(owner);
    const fields = { price: costing(coin), triggerId, programmeId: token.programmeId };
    const { couponId } = await world.create(stranger, fields);
    const answer = await world.problem('POST', `/v1/coupons/${couponId}/publish`, { token: stranger.token });
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual([
      '/price/pointNameId',
      '/triggerId',
      '/programmeId',
    ]);
  });

  it("takes no point name of another account of the tenant's", async () => {
    const neighbour = await world.owner([{}], owner.tenantId);
    const theirs = await world.pointName(neighbour);
    const { couponId } = await world.create(owner, { price: costing(theirs) });
    const answer = await world.problem('POST', `/v1/coupons/${couponId}/publish`, { token: owner.token });
    expect(answer.body.errors).toMatchObject([{ pointer: '/price/pointNameId' }]);
  });
});

describe('a publication that comes while what it names is taken away', () => {
  const publishing = async (fields: Record<string, unknown>) => {
    const { couponId } = await world.create(owner, fields);
    return () => world.problem('POST', `/v1/coupons/${couponId}/publish`, { token: owner.token });
  };

  it('waits for the withdrawal of its point name, and is refused', async () => {
    const gone = await world.pointName(owner);
    const publish = await publishing({ price: costing(gone) });
    // Holds the withdrawal up after it has decided, and before it commits.
    const table = await world.holdTable(owner, 'audit_entry');
    const path = `/v1/point-names/${gone.pointNameId}/withdraw`;
    const withdrawal = world.call('POST', path, { token: owner.token });
    await table.waiting(1);
    const publication = publish();
    await table.waiting(2).finally(() => table.done());
    expect((await withdrawal).status).toBe(200);
    expect(await publication).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: '/price/pointNameId', message: 'the point name "coin" was withdrawn' }] },
    });
  });

  it('waits for the withdrawal of its trigger, and is refused', async () => {
    const { triggerId } = await world.trigger(owner);
    const admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const publish = await publishing({ triggerId });
    const table = await world.holdTable(owner, 'audit_entry');
    const withdrawal = world.call('POST', `/v1/triggers/${triggerId}/withdraw`, { token: admin });
    await table.waiting(1);
    const publication = publish();
    await table.waiting(2).finally(() => table.done());
    expect((await withdrawal).status).toBe(200);
    expect(await publication).toMatchObject({ status: 409, body: { errors: [{ pointer: '/triggerId' }] } });
  });

  it.each(['/programmeId', '/price/pointNameId', '/bonus/pointNameId'])(
    'waits for the removal of a programme that it names at %s, and is refused',
    async (pointer) => {
      const programmeId = await world.programme(owner);
      const amount = costing(await world.pointName(owner, { programmeId }));
      const named = {
        '/programmeId': { programmeId },
        '/price/pointNameId': { price: amount },
        '/bonus/pointNameId': { bonus: amount },
      };
      const publish = await publishing(named[pointer as keyof typeof named]);
      const removal = await world.removeProgramme(owner, programmeId);
      const publication = publish();
      await removal.waiting(1).finally(() => removal.done());
      expect(await publication).toMatchObject({ status: 409, body: { errors: [{ pointer }] } });
    },
  );
});

describe('automatic coupons that feed each other', () => {
  const feeding = (takes: PointNameView, gives: PointNameView, fields = {}) =>
    world.create(owner, {
      type: 'auto',
      price: costing(takes),
      bonus: costing(gives),
      pointsTakenAutomatically: true,
      ...fields,
    });
  /** Two of their own: circles of other tests shall not be in the way. */
  const twoPointNames = () =>
    Promise.all(
      ['a', 'b'].map(async (name) =>
        world.pointName(owner, { name, programmeId: await world.programme(owner) }),
      ),
    ) as Promise<[PointNameView, PointNameView]>;

  it('are refused where the second one is published, and named', async () => {
    const [a, b] = await twoPointNames();
    const first = await feeding(a, b, { name: 'One' });
    const second = await feeding(b, a, { name: 'Two' });
    expect((await world.act(owner, first.couponId, 'publish')).status).toBe(200);
    const refused = await world.problem('POST', `/v1/coupons/${second.couponId}/publish`, {
      token: owner.token,
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'auto_coupons_in_a_circle' } });
    expect(refused.body.detail).toBe(
      `"Two" (${second.couponId}) gives the points for "One" (${first.couponId}), which gives the points for "Two".`,
    );
    await world.act(owner, first.couponId, 'disable');
    expect((await world.act(owner, second.couponId, 'publish')).status).toBe(409);
    await world.act(owner, first.couponId, 'archive');
    expect((await world.act(owner, second.couponId, 'publish')).status).toBe(200);
  });

  it('do not come about by two publications at once', async () => {
    const [a, b] = await twoPointNames();
    const drafts = [await feeding(a, b), await feeding(b, a)];
    // Holds each publication up after it has decided, and before it commits.
    const table = await world.holdTable(owner, 'audit_entry');
    const answers = Promise.all(drafts.map(({ couponId }) => world.act(owner, couponId, 'publish')));
    await table.waiting(2).finally(() => table.done());
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('of another tenant are not in the way', async () => {
    const stranger = await world.owner([{}]);
    const [theirs, ours] = [stranger, owner].map(async (one) => {
      const [x, y] = [
        await world.pointName(one, { programmeId: await world.programme(one) }),
        await world.pointName(one, { programmeId: await world.programme(one) }),
      ];
      const terms = { type: 'auto', pointsTakenAutomatically: true };
      return world.published(one, { ...terms, price: costing(x), bonus: costing(y) });
    });
    expect([(await theirs)?.status, (await ours)?.status]).toEqual(['active', 'active']);
  });
});

describe('an edit', () => {
  it('changes the draft, leaves a trace and tells nobody', async () => {
    const draft = await world.create(owner, { timeLimit: { amount: 1, unit: 'hours' } });
    const fields = { name: 'Cake', timeLimit: null, price: costing(coin), endAt: inMinutes(60) };
    const { status, body, headers } = await patch(draft.couponId, fields, '"1"');
    expect({ status, etag: headers['etag'] }).toEqual({ status: 200, etag: '"2"' });
    expect(body).toMatchObject({ ...fields, status: 'draft', version: 2, description: draft.description });
    expect(Date.parse(body.editedAt)).toBeGreaterThanOrEqual(Date.parse(draft.editedAt));
    expect(await world.read(owner, draft.couponId)).toEqual(body);
    const [, entry] = await world.audit(owner, draft.couponId);
    expect(entry).toMatchObject({
      action: 'edit',
      actorId: owner.userId,
      before: { name: draft.name },
      after: { name: 'Cake' },
    });
    expect(world.snapshots(draft.couponId)).toEqual([]);
  });

  it('that is repeated is answered as before, without another version', async () => {
    const { couponId } = await world.create(owner);
    const first = await patch(couponId, { name: 'Cake' }, '"1"');
    const again = await patch(couponId, { name: 'Cake' }, '"1"');
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { etag: '"2"' } });
    expect(await world.audit(owner, couponId)).toHaveLength(2);
  });

  it('must say what it was made from, and is refused when that is over', async () => {
    const { couponId } = await world.create(owner);
    expect(await patch(couponId, { name: 'Cake' }, undefined)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: 'header/if-match', message: expect.stringContaining('is required') }] },
    });
    expect((await patch(couponId, { name: 'Cake' }, '"1"')).status).toBe(200);
    expect(await patch(couponId, { name: 'Tart' }, '"1"')).toMatchObject({
      status: 409,
      body: { code: 'version_conflict' },
    });
    expect(await patch(couponId, { name: 'Tart' }, '*')).toMatchObject({ status: 200, body: { version: 3 } });
  });

  it('is saved once when several are made from one version at the same time', async () => {
    const { couponId } = await world.create(owner);
    const row = await world.holdRow(owner, couponId);
    const answers = Promise.all(['a', 'b', 'c'].map((name) => patch(couponId, { name }, '"1"')));
    await row.waiting(3).finally(() => row.done());
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('of a published coupon may set what is not locked, which is told', async () => {
    const { couponId } = await world.published(owner);
    expect((await patch(couponId, { position: 2 }, '"2"')).status).toBe(200);
    expect(await world.snapshotAt(couponId, 3)).toMatchObject({ position: 2, status: 'active' });
    expect(await patch(couponId, { name: 'Cake' }, '"3"')).toMatchObject({ body: { takingEffect: true } });
    expect(await world.snapshotAt(couponId, 4)).toMatchObject({ name: 'Cake', position: 2 });
    expect(await patch(couponId, { startAt: null, type: 'qr' }, '"4"')).toMatchObject({
      status: 409,
      body: { code: 'wrong_state' },
    });
  });

  it("of somebody else's coupon finds none", async () => {
    const { couponId } = await world.create(owner);
    const neighbour = await world.owner([{}], owner.tenantId);
    const stranger = await world.owner([{ channelId: owner.channels[0]?.channelId ?? '' }]);
    for (const other of [neighbour, stranger])
      expect(await patch(couponId, { name: 'Mine' }, '*', other)).toMatchObject({
        status: 404,
        body: { code: 'coupon_not_found' },
      });
  });

  it.each([
    ['/channelId', { channelId: newId() }],
    ['/name', { name: '' }],
    ['/type', { type: null }],
    ['/hideIfNotAvailable', { hideIfNotAvailable: 'yes' }],
    ['/redeemedMessage', { redeemedMessage: '{{nobody}}' }],
  ])('with a malformed %s is refused, and nothing is saved', async (pointer, fields) => {
    const { couponId } = await world.create(owner);
    expect(await patch(couponId, { description: 'Saved?', ...fields }, '"1"')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer }] },
    });
    expect(await world.read(owner, couponId)).toMatchObject({ version: 1 });
  });
});
