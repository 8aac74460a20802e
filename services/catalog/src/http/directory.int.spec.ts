import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OfferedTriggerView, PointNameView, ProgrammeView, TriggerView } from '#contracts';
import { accountFact, aCashier, anAccount, aProgrammeChange, aStore, eventually, newId } from '#testkit';
import { type AnyFact, CatalogWorld, type Owner, partnerOf, triggerBody } from '../../test/catalog-world.js';

const publishable = { redeemedMessage: 'Enjoy.' };

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

let world: CatalogWorld;
let owner: Owner;
/** Another owner of the same tenant, with another account. */
let neighbour: Owner;
/** Of another tenant, with a token that names the owner's channels. */
let stranger: Owner;
let admin: string;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{}]);
  neighbour = await world.owner([{}], owner.tenantId);
  stranger = await world.owner(owner.channels.map((channel) => ({ ...channel })));
  admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
}, 120_000);
afterAll(() => world.stop());

async function list<Item>(path: string, token: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const at: string = `${path}?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { status, body } = await world.call<Page<Item>>('GET', at, { token });
    if (status !== 200) throw new Error(JSON.stringify(body));
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

/** Facts that a service puts in, by route: made for an account, and what of them the account's owner sees. */
const facts = [
  {
    route: 'stores',
    subject: 'store',
    idField: 'storeId',
    topic: 'platform.partner.v1' as const,
    make: (partnerId: string) => ({
      ...aStore({ partnerId, position: { latitude: 45.8, longitude: 15.9 } }),
    }),
    extra: {},
  },
  {
    route: 'cashiers',
    subject: 'cashier',
    idField: 'cashierId',
    topic: 'platform.partner.v1' as const,
    make: (partnerId: string) => ({
      ...aCashier({ partnerId, storeIds: [newId()], pointsGrant: { perGrant: '10', perDay: '100' } }),
    }),
    extra: {},
  },
  {
    route: 'programmes',
    subject: 'programme',
    idField: 'programmeId',
    topic: 'platform.loyalty.v1' as const,
    make: (partnerId: string) => ({
      ...aProgrammeChange({
        partnerId,
        levels: [{ levelId: newId(), name: 'Gold', rank: 1 }],
        earningActions: [{ actionId: newId(), name: 'Log in', pointNameId: newId(), points: '10' }],
      }),
    }),
    extra: { pointNameIds: [] },
  },
];

describe.each(facts)('$route put in over HTTP', ({ route, subject, idField, topic, make, extra }) => {
  const put = async (fact: Record<string, unknown>, revision: number, tenantId = owner.tenantId) => {
    const { [idField]: id, ...body } = fact;
    const token = await world.token({ role: 'service', tenantId });
    return world.call<{ eventId: string }>('PUT', `/v1/${route}/${String(id)}`, {
      token,
      body: { ...body, revision },
    });
  };

  it("go to their topic, come back from there, and are seen by the account's owner alone", async () => {
    const made = [make(partnerOf(owner)), make(partnerOf(owner)), make(partnerOf(owner))];
    for (const fact of made) expect((await put(fact, 7)).status).toBe(202);
    const sorted = made
      .toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
      .map((fact) => ({ ...fact, ...extra }));
    await eventually(async () => expect(await list(`/v1/${route}`, owner.token)).toEqual(sorted));
    const [record] = await world.factsOn(topic, idOf(made[0] ?? {}), 1);
    expect(record?.envelope).toMatchObject({ revision: 7, subject: `${subject}/${idOf(made[0] ?? {})}` });
    expect(await list(`/v1/${route}`, neighbour.token)).toEqual([]);
    expect(await list(`/v1/${route}`, stranger.token)).toEqual([]);
  });

  it('replace an older one, are ignored after a newer one, and leave a tombstone', async () => {
    const fact = make(partnerOf(neighbour));
    const seen = async () => list<Record<string, unknown>>(`/v1/${route}`, neighbour.token);
    const label = 'displayName' in fact ? 'displayName' : 'name';
    await put({ ...fact, [label]: 'Two' }, 2);
    await eventually(async () => expect(await seen()).toMatchObject([{ [label]: 'Two' }]));
    await put({ ...fact, [label]: 'Four', removed: true }, 4);
    await eventually(async () => expect(await seen()).toEqual([]));
    // By its topic: over HTTP it would not even get there.
    await world.told({
      topic,
      name: `${subject}-changed`,
      tenantId: owner.tenantId,
      key: idOf(fact),
      subject: `${subject}/${idOf(fact)}`,
      revision: 3,
      data: { ...fact, removed: false },
    } as AnyFact);
    expect(await seen()).toEqual([]);
  });

  it('are refused when malformed, and not for owners', async () => {
    const fact = make(partnerOf(owner));
    expect(await put({ ...fact, partnerId: 'x' }, 1)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/partnerId' }] },
    });
    const { [idField]: id, ...body } = fact as Record<string, unknown>;
    const answer = await world.problem('PUT', `/v1/${route}/${String(id)}`, {
      token: owner.token,
      body: { ...body, revision: 1 },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  function idOf(fact: object): string {
    return String((fact as Record<string, unknown>)[idField]);
  }
});

describe('an account put in over HTTP', () => {
  const put = async (revision: number, fields: object = {}) => {
    const token = await world.token({ role: 'service', tenantId: owner.tenantId });
    const { partnerId, ...body } = anAccount({ partnerId: partnerOf(owner) });
    return world.call<{ eventId: string }>('PUT', `/v1/partners/${partnerId}`, {
      token,
      body: { ...body, ...fields, revision },
    });
  };

  it('is seen by its owner, and its profile is told on every change', async () => {
    await put(3);
    const shown = { partnerId: partnerOf(owner), name: 'Café Central', website: null, active: true };
    await eventually(async () => expect(await list('/v1/partners', owner.token)).toEqual([shown]));
    await put(4, { active: false });
    await put(9, { active: false, removed: true });
    await world.factsOn('catalog.partner.v1', partnerOf(owner), 3);
    await world.told(accountFact(owner.tenantId, anAccount({ partnerId: partnerOf(owner) }), 8));
    const told = await world.factsOn('catalog.partner.v1', partnerOf(owner), 3);
    expect(told.map(({ envelope, data }) => ({ revision: envelope?.revision, ...(data as object) }))).toEqual(
      [
        { ...shown, revision: 1, removed: false },
        { ...shown, revision: 2, active: false, removed: false },
        { ...shown, revision: 3, active: false, removed: true },
      ],
    );
    expect(await list('/v1/partners', owner.token)).toEqual([]);
    expect(await list('/v1/partners', stranger.token)).toEqual([]);
  });
});

describe('a point name', () => {
  const change = (method: 'PATCH' | 'POST', path: string, body: unknown, by = owner, ifMatch?: string) =>
    world.call<PointNameView>(method, `/v1/point-names/${path}`, {
      token: by.token,
      ...(body !== undefined && { body }),
      ...(ifMatch !== undefined && { ifMatch }),
    });

  it('is made, renamed and withdrawn, with a fact and an audit entry each', async () => {
    const made = await world.pointName(owner);
    const { pointNameId } = made;
    expect(made).toEqual({
      pointNameId,
      kind: 'standalone',
      programmeId: null,
      partnerId: partnerOf(owner),
      name: 'coin',
      removed: false,
      version: 1,
    });
    const renamed = await change('PATCH', pointNameId, { name: 'penny' }, owner, '"1"');
    expect(renamed).toMatchObject({
      status: 200,
      body: { name: 'penny', version: 2 },
      headers: { etag: '"2"' },
    });
    expect((await change('PATCH', pointNameId, { name: 'penny' }, owner, '"1"')).body).toEqual(renamed.body);
    const withdrawn = await change('POST', `${pointNameId}/withdraw`, undefined, owner, '"2"');
    expect(withdrawn.body).toMatchObject({ removed: true, version: 3 });
    const told = await world.factsOn('catalog.point-name.v1', pointNameId, 3);
    const { version: _, programmeId: __, ...first } = made;
    expect(told.map(({ data }) => data)).toEqual([
      first,
      { ...first, name: 'penny' },
      { ...first, name: 'penny', removed: true },
    ]);
    expect(told.map(({ envelope }) => envelope?.revision)).toEqual([1, 2, 3]);
    const audit = await world.database.rows(
      owner.tenantId,
      'SELECT action, actor_id AS by FROM audit_entry WHERE point_name_id = $1 ORDER BY entry_id',
      [pointNameId],
    );
    expect(audit).toEqual(['create', 'rename', 'withdraw'].map((action) => ({ action, by: owner.userId })));
    expect(await list<PointNameView>('/v1/point-names', owner.token)).toContainEqual(withdrawn.body);
  });

  it('of a programme is told in the programme’s snapshot, until it is withdrawn', async () => {
    const programmeId = await world.programme(owner);
    const one = await world.pointName(owner, { programmeId });
    const two = await world.pointName(owner, { programmeId, name: 'star' });
    expect(one.kind).toBe('loyalty');
    await change('PATCH', one.pointNameId, { name: 'gold' }, owner, '*');
    await change('POST', `${one.pointNameId}/withdraw`, undefined);
    const told = await world.factsOn('catalog.programme.v1', programmeId, 4);
    const ids = told.map(({ data }) => (data as ProgrammeView).pointNameIds);
    expect(ids).toEqual([[], [one.pointNameId], [one.pointNameId, two.pointNameId], [two.pointNameId]]);
    expect(told.map(({ envelope }) => envelope?.revision)).toEqual([1, 2, 3, 4]);
    const [listed] = (await list<ProgrammeView>('/v1/programmes', owner.token)).filter(
      (programme) => programme.programmeId === programmeId,
    );
    expect(listed?.pointNameIds).toEqual([two.pointNameId]);
  });

  it('can be made and withdrawn at the same time as others of its programme: the last snapshot is right', async () => {
    const programmeId = await world.programme(owner);
    const gone = await world.pointName(owner, { programmeId });
    const row = await world.holdProgramme(owner, programmeId);
    const made = Promise.all(['a', 'b', 'c'].map((name) => world.pointName(owner, { programmeId, name })));
    await row.waiting(3);
    // The last in the line: what it tells must hold those before it.
    const withdrawn = change('POST', `${gone.pointNameId}/withdraw`, undefined);
    await row.waiting(4).finally(() => row.done());
    expect((await withdrawn).status).toBe(200);
    const told = await world.factsOn('catalog.programme.v1', programmeId, 6);
    const last = told.at(-1)?.data as ProgrammeView;
    expect(last.pointNameIds).toEqual((await made).map(({ pointNameId }) => pointNameId).sort());
  });

  it('of a programme is refused beyond the hundredth', async () => {
    const programmeId = await world.programme(owner);
    await world.database.rows(
      owner.tenantId,
      `INSERT INTO point_name (tenant_id, point_name_id, partner_id, programme_id, name, version)
       SELECT $1, one, $2, $3, 'x', 1 FROM unnest($4::uuid[]) AS one`,
      [owner.tenantId, partnerOf(owner), programmeId, Array.from({ length: 99 }, newId)],
    );
    const { pointNameId } = await world.pointName(owner, { programmeId });
    const body = { partnerId: partnerOf(owner), name: 'coin', programmeId };
    const refused = await world.call('POST', '/v1/point-names', { token: owner.token, body });
    expect(refused).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    await change('POST', `${pointNameId}/withdraw`, undefined);
    await world.pointName(owner, { programmeId });
  });

  it('is refused for an account or a programme that is not the own', async () => {
    const theirs = await world.programme(neighbour);
    const removed = await world.programme(owner, { removed: true });
    const refused = async (body: object, by = owner) => {
      const answer = await world.problem('POST', '/v1/point-names', {
        token: by.token,
        body: { partnerId: partnerOf(owner), name: 'coin', ...body },
      });
      return [answer.status, answer.body.code];
    };
    expect(await refused({ partnerId: partnerOf(neighbour) })).toEqual([404, 'partner_not_found']);
    expect(await refused({ partnerId: newId() })).toEqual([404, 'partner_not_found']);
    for (const programmeId of [theirs, removed, newId()])
      expect(await refused({ programmeId })).toEqual([404, 'programme_not_found']);
    expect(await refused({ programmeId: await world.programme(owner) }, stranger)).toEqual([
      404,
      'programme_not_found',
    ]);
  });

  it("of somebody else's is not found", async () => {
    const { pointNameId } = await world.pointName(owner);
    for (const other of [neighbour, stranger]) {
      const notFound = { status: 404, body: { code: 'point_name_not_found' } };
      expect(await change('PATCH', pointNameId, { name: 'mine' }, other, '*')).toMatchObject(notFound);
      expect(await change('POST', `${pointNameId}/withdraw`, undefined, other)).toMatchObject(notFound);
    }
    expect(await list('/v1/point-names', neighbour.token)).toEqual([]);
    expect(await list('/v1/point-names', stranger.token)).toEqual([]);
  });

  it.each([
    ['/name', { name: '' }],
    ['/name', { name: '   ' }],
    ['/name', { name: 'x'.repeat(81) }],
    ['/partnerId', { partnerId: undefined }],
    ['/kind', { kind: 'standalone' }],
  ])('with a wrong %s is refused: %j', async (pointer, fields) => {
    const body = { partnerId: partnerOf(owner), name: 'x'.repeat(80), ...fields };
    const answer = await world.problem('POST', '/v1/point-names', { token: owner.token, body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});

describe('a trigger', () => {
  const change = (method: 'PATCH' | 'POST', path: string, body: unknown, token = admin, ifMatch?: string) =>
    world.call<TriggerView>(method, `/v1/triggers/${path}`, {
      token,
      ...(body !== undefined && { body }),
      ...(ifMatch !== undefined && { ifMatch }),
    });

  it('is put on the list, changed and withdrawn, with a fact and an audit entry each', async () => {
    const made = await world.trigger(owner);
    const { triggerId } = made;
    const asked = { method: 'POST', headers: [], bodyTemplate: null, partnerIds: null } as const;
    const defaults = {
      ...{ ...asked, timeoutMs: 5_000, maxAttempts: 8 },
      ...{ offered: true, removed: false, version: 1 },
    };
    expect(made).toEqual({ triggerId, ...triggerBody, ...defaults });
    const changed = await change('PATCH', triggerId, { cost: null, timeoutMs: 100 }, admin, '"1"');
    expect(changed).toMatchObject({
      status: 200,
      body: { cost: null, version: 2 },
      headers: { etag: '"2"' },
    });
    expect((await change('POST', `${triggerId}/withdraw`, undefined)).body).toMatchObject({ removed: true });
    expect(await change('PATCH', triggerId, { name: 'Back' }, admin, '*')).toMatchObject({
      status: 409,
      body: { code: 'wrong_state' },
    });
    const told = await world.factsOn('catalog.trigger.v1', triggerId, 3);
    const { version: _, ...first } = made;
    expect(told.map(({ data }) => data)).toEqual([
      first,
      { ...first, cost: null, timeoutMs: 100 },
      { ...first, cost: null, timeoutMs: 100, offered: false, removed: true },
    ]);
    const audit = await world.database.rows(
      owner.tenantId,
      'SELECT action FROM audit_entry WHERE trigger_id = $1 ORDER BY entry_id',
      [triggerId],
    );
    expect(audit).toEqual([{ action: 'create' }, { action: 'change' }, { action: 'withdraw' }]);
  });

  it('is picked by owners as long as it is offered; where it goes is not told to them', async () => {
    const tenant = await world.owner();
    const by = await world.token({ role: 'tenant_admin', tenantId: tenant.tenantId });
    const made = [await world.trigger(tenant), await world.trigger(tenant), await world.trigger(tenant)];
    const offered = () => list<OfferedTriggerView>('/v1/offered-triggers', tenant.token);
    const shown = made.map(({ triggerId, name, cost }) => ({ triggerId, name, cost, partnerIds: null }));
    expect(await offered()).toEqual(shown);
    await change('PATCH', made[0]?.triggerId ?? '', { offered: false }, by, '*');
    await change('POST', `${made[1]?.triggerId ?? ''}/withdraw`, undefined, by);
    expect(await offered()).toEqual([shown[2]]);
    expect((await list<TriggerView>('/v1/triggers', by)).map(({ version }) => version)).toEqual([2, 2, 1]);
  });

  it('keeps how its call is made, tells it, and what a change leaves out stays', async () => {
    const account = anAccount({ partnerId: partnerOf(owner) });
    await world.told(accountFact(owner.tenantId, account, 50));
    const call = {
      method: 'PUT',
      headers: [
        { name: 'Authorization', value: 'Bearer {{secret.provisioning-token}}' },
        { name: 'X-Plan', value: 'basic' },
      ],
      bodyTemplate: '{"subscriber":"{{user.id}}","megabytes":"{{cost.units}}"}',
      partnerIds: [account.partnerId],
    };
    const made = await world.trigger(owner, call);
    expect(made).toMatchObject(call);
    const changed = await change('PATCH', made.triggerId, { name: 'Two', partnerIds: null }, admin, '"1"');
    const after = { ...call, name: 'Two', partnerIds: null };
    expect(changed).toMatchObject({ status: 200, body: after });
    const told = await world.factsOn('catalog.trigger.v1', made.triggerId, 2);
    expect(told.map(({ data }) => data)).toMatchObject([call, after]);
    const listed = await list<TriggerView>('/v1/triggers', admin);
    expect(listed.find(({ triggerId }) => triggerId === made.triggerId)).toEqual(changed.body);
  });

  it('is seen and taken by the accounts only that it is for', async () => {
    const [mine, theirs] = [partnerOf(owner), partnerOf(neighbour)];
    for (const partnerId of [mine, theirs])
      await world.told(accountFact(owner.tenantId, anAccount({ partnerId }), 51));
    const partnerIds = [mine];
    const { triggerId } = await world.trigger(owner, { partnerIds });
    const offeredTo = async ({ token }: Owner) =>
      (await list<OfferedTriggerView>('/v1/offered-triggers', token)).find(
        (one) => one.triggerId === triggerId,
      );
    expect(await offeredTo(owner)).toMatchObject({ partnerIds });
    expect(await offeredTo(neighbour)).toBeUndefined();
    const others = await world.create(neighbour, { triggerId, ...publishable });
    expect(await world.problem('POST', `/v1/coupons/${others.couponId}/publish`, neighbour)).toMatchObject({
      status: 409,
      body: { code: 'missing_to_publish', errors: [{ pointer: '/triggerId' }] },
    });
    const { couponId } = await world.published(owner, { triggerId, ...publishable });
    const out = await world.published(neighbour, publishable);
    const take = { token: neighbour.token, ifMatch: '*', body: { triggerId } };
    expect(await world.problem('PATCH', `/v1/coupons/${out.couponId}`, take)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '/triggerId' }] },
    });
    await change('PATCH', triggerId, { partnerIds: [mine, theirs] }, admin, '*');
    expect(await offeredTo(neighbour)).toMatchObject({ partnerIds: [theirs] });
    expect((await world.act(neighbour, others.couponId, 'publish')).status).toBe(200);
    // Who has it keeps it.
    await change('PATCH', triggerId, { partnerIds: [theirs] }, admin, '*');
    const edit = { token: owner.token, ifMatch: '*', body: { name: 'Kept' } };
    expect(await world.call('PATCH', `/v1/coupons/${couponId}`, edit)).toMatchObject({
      status: 200,
      body: { trigger: { triggerId } },
    });
  });

  it("of another tenant's is not found, nor listed", async () => {
    const { triggerId } = await world.trigger(owner);
    const foreign = await world.token({ role: 'tenant_admin', tenantId: newId() });
    const notFound = { status: 404, body: { code: 'trigger_not_found' } };
    expect(await change('PATCH', triggerId, { name: 'mine' }, foreign, '*')).toMatchObject(notFound);
    expect(await change('POST', `${triggerId}/withdraw`, undefined, foreign)).toMatchObject(notFound);
    expect(await list('/v1/triggers', foreign)).toEqual([]);
    expect(await list('/v1/offered-triggers', stranger.token)).toEqual([]);
  });

  it('is not for owners to change', async () => {
    const { triggerId } = await world.trigger(owner);
    expect((await change('POST', `${triggerId}/withdraw`, undefined, owner.token)).status).toBe(403);
  });

  it.each([
    ['/url', { url: 'http://provisioning.example.com/' }],
    ['/url', { url: 'provisioning' }],
    ['/signingKey', { signingKey: 'Provisioning Key' }],
    ['/cost/units', { cost: { resource: 'MB', units: 0 } }],
    ['/cost/currency', { cost: { resource: 'MB', units: 1, currency: 'EUR' } }],
    ['/timeoutMs', { timeoutMs: 99 }],
    ['/timeoutMs', { timeoutMs: 60_001 }],
    ['/maxAttempts', { maxAttempts: 101 }],
    ['/removed', { removed: true }],
    ['/name', { name: ' ' }],
    ['/url', { url: 'https://user:pass@provisioning.example.com/' }],
    ['/url', { url: 'https://127.0.0.1/' }],
    ['/method', { method: 'TRACE' }],
    ['/headers', { headers: Array.from({ length: 21 }, (_, nth) => ({ name: `X-${nth}`, value: 'x' })) }],
    ['/headers/0/name', { headers: [{ name: 'X Plan', value: 'x' }] }],
    ['/headers/0/name', { headers: [{ name: 'X-Plan:', value: 'x' }] }],
    ['/headers/0/name', { headers: [{ name: 'x'.repeat(65), value: 'x' }] }],
    ['/headers/0/name', { headers: [{ name: 'Host', value: 'x' }] }],
    ['/headers/0/value', { headers: [{ name: 'X-Plan', value: 'x\r\nHost: inner' }] }],
    ['/headers/0/value', { headers: [{ name: 'X-Plan', value: 'é' }] }],
    ['/headers/0/value', { headers: [{ name: 'X-Plan', value: 'x'.repeat(1_001) }] }],
    ['/headers/0/value', { headers: [{ name: 'Authorization', value: 'Bearer abc' }] }],
    ['/headers/0/secret', { headers: [{ name: 'X-Plan', value: 'x', secret: 'abc' }] }],
    ['/bodyTemplate', { bodyTemplate: '{"a":"{{user.name}}"}' }],
    ['/bodyTemplate', { bodyTemplate: `{"a":"${'x'.repeat(9_993)}"}` }],
    ['/bodyTemplate', { method: 'GET', bodyTemplate: '{}' }],
    ['/partnerIds', { partnerIds: [] }],
    ['/partnerIds/0', { partnerIds: ['cafe'] }],
    ['/partnerIds/0', { partnerIds: [newId()] }],
  ])('with a wrong %s is refused, made or changed: %j', async (pointer, fields) => {
    const refused = { status: 400, body: { code: 'invalid_request', errors: [{ pointer }] } };
    const body = { ...triggerBody, ...fields };
    expect(await world.problem('POST', '/v1/triggers', { token: admin, body })).toMatchObject(refused);
    const { triggerId } = await world.trigger(owner);
    const patch = { token: admin, ifMatch: '"1"', body: { ...fields, name: 'New' } };
    if (pointer !== '/name')
      expect(await world.problem('PATCH', `/v1/triggers/${triggerId}`, patch)).toMatchObject(refused);
    const kept = (await list<TriggerView>('/v1/triggers', admin)).find((one) => one.triggerId === triggerId);
    expect(kept).toMatchObject({ name: triggerBody.name, version: 1 });
  });

  it.each([
    { headers: Array.from({ length: 20 }, (_, nth) => ({ name: `X-${nth}`, value: 'x'.repeat(1_000) })) },
    { headers: [{ name: 'x'.repeat(64), value: 'a b' }] },
    { bodyTemplate: `{"a":"${'x'.repeat(9_992)}"}` },
  ])('with as much as is allowed is taken: row %#', async (fields) => {
    expect(await world.trigger(owner, fields)).toMatchObject(fields);
  });
});

describe('a channel', () => {
  it('is told as coupons are judged by it, with the instant from which it has been active', async () => {
    const { tenantId } = owner;
    const [channel] = (await world.owner([{ status: 'draft' }], tenantId)).channels;
    if (channel === undefined) throw new Error('no channel');
    const instants = ['2026-11-22T10:00:00.000Z', '2026-11-22T11:00:00.000Z', '2026-11-22T12:00:00.000Z'];
    const statuses = ['active', 'active', 'draft'] as const;
    for (const [at, status] of statuses.entries())
      await world.told({
        topic: 'platform.channel.v1',
        name: 'channel-changed',
        tenantId,
        key: channel.channelId,
        subject: `channel/${channel.channelId}`,
        revision: 5 + at,
        time: instants[at] ?? '',
        data: { ...channel, status },
      });
    const told = await world.factsOn('catalog.channel.v1', channel.channelId, 4);
    const { ownerIds: _, ...snapshot } = { ...channel, removed: false };
    expect(told.map(({ data }) => data)).toEqual([
      { ...snapshot, status: 'draft', activeSince: null },
      { ...snapshot, status: 'active', activeSince: instants[0] },
      { ...snapshot, status: 'active', activeSince: instants[0] },
      { ...snapshot, status: 'draft', activeSince: null },
    ]);
    expect(told.map(({ envelope }) => envelope?.revision)).toEqual([1, 2, 3, 4]);
  });
});
