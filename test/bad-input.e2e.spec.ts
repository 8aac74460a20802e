import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ProblemCode, problem, problemCodes, type Role } from '#contracts';
import { newId } from '#testkit';
import { everyOperation, type Operation, title } from './system/api-operations.js';
import { aDraft, type Cafe, openCafe } from './system/cafe.js';
import { catalogInputs } from './system/catalog-inputs.js';
import { codeInputs } from './system/code-inputs.js';
import { type Answer, call, type Call } from './system/http-client.js';
import { pointsInputs } from './system/points-inputs.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';
import type { Wrong, WrongInputs } from './system/wrong-input.js';

const titled = (operations: Operation[]) =>
  operations.map((operation) => [title(operation), operation] as const);
/** What is open to everybody takes neither tokens nor bodies. */
const operations = everyOperation().filter(({ roles }) => roles.length > 0);
const withBody = titled(operations.filter(({ takesBody }) => takesBody));
const lists = titled(operations.filter(({ isList }) => isList));

const users: Wrong[] = [
  ['displayName', '', /./],
  ['displayName', 'x'.repeat(201), /200/],
  ['timeZone', 'Mars/Olympus', /IANA/],
  ['removed', 'yes', /must be/],
  ['revision', 1.5, /whole number|int/],
];

const follows: Wrong[] = [
  ['following', 'true', /must be/],
  ['following', undefined, /required/],
  ['revision', -1, /at least 1|more than 0/],
  ['since', 'now', /not a field/],
];

const redemptions: Wrong[] = [['amount', 2, /not a field/]];

const tables: WrongInputs[] = [
  ...catalogInputs,
  ...codeInputs,
  ...pointsInputs,
  [
    'PUT /targeting/v1/users/{userId}',
    { displayName: 'Eva', timeZone: null, removed: false, revision: 1 },
    users,
  ],
  ['PUT /targeting/v1/channels/{channelId}/followers/{userId}', { following: true, revision: 1 }, follows],
  ['POST /redemption/v1/coupons/{couponId}/redemptions', {}, redemptions],
];

describe('bad input', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  beforeAll(async () => {
    system = await startWholeSystem();
    cafe = await openCafe(system);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  const send = async (
    { service, method, path, roles, needsVersion }: Operation,
    options: Call & { ids?: string; query?: string },
  ) => {
    const { ids, query = '', ...rest } = options;
    const filled = path.replace(/\{\w+\}/g, () => ids ?? newId());
    const token = await system.issuer.token({
      role: roles[0] as Role,
      tenant: cafe.tenantId,
      channels: [cafe.channel.channelId],
    });
    const headers = { ...(needsVersion && { 'if-match': '*' }), ...rest.headers };
    return call(method, `${system.url}/${service}${filled}${query}`, { token, ...rest, headers });
  };
  const called = (route: string): Operation => {
    const found = operations.find((operation) => title(operation) === route);
    if (found === undefined) throw new Error(`no route ${route} in the documents`);
    return found;
  };

  /** What is wrong shall be the field, not a channel that is not the owner's. */
  const inTheCafe = (good: Record<string, unknown>): Record<string, unknown> =>
    'channelId' in good ? { ...good, channelId: cafe.channel.channelId } : good;

  it('has a table for every route that takes a body', () => {
    expect(tables.map(([route]) => route).sort()).toEqual(withBody.map(([route]) => route).sort());
  });

  describe.each(tables)('%s', (route, good, wrongs) => {
    it.each(wrongs)('%s = %j', async (field, value, mend) => {
      const answer = await send(called(route), { body: changed(inTheCafe(good), field, value) });
      const errors = invalid(answer);
      expect(errors.map(({ pointer }) => pointer)).toEqual([`/${field}`]);
      expect(errors[0]?.message).toMatch(mend);
    });

    it('names everything that is wrong at once', async () => {
      const some = wrongs
        .filter(([field], at) => wrongs.findIndex(([other]) => other === field) === at)
        .slice(0, 3);
      const body = some.reduce((sofar, [field, value]) => changed(sofar, field, value), good);
      const pointers = invalid(await send(called(route), { body })).map(({ pointer }) => pointer);
      expect(pointers.sort()).toEqual(some.map(([field]) => `/${field}`).sort());
    });
  });

  describe.each(withBody)('%s', (_title, operation) => {
    it.each(['{', '{"a":1,}', "{'a':1}", '{"a":1}{"b":2}', 'name=x'])(
      'answers to the body %s',
      async (body) => {
        refused(await send(operation, { body }), 'malformed_json');
      },
    );

    it.each(['[]', '"text"', '1', 'null'])('answers to %s, which is JSON but no object', async (body) => {
      expect(invalid(await send(operation, { body }))).toMatchObject([{ pointer: '' }]);
    });

    it('takes JSON only', async () => {
      const headers = { 'content-type': 'application/xml' };
      refused(await send(operation, { body: '<a/>', headers }), 'unsupported_media_type');
    });

    it('says how large a body may be', async () => {
      const answer = refused(
        await send(operation, { body: { x: 'x'.repeat(100_000) } }),
        'payload_too_large',
      );
      expect(answer.detail).toMatch(/\d+ bytes/);
    });
  });

  const withIds = titled(operations.filter(({ path }) => path.includes('{')));
  it.each(withIds)('names the path parameters that are no ids: %s', async (_title, operation) => {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path/${name}`);
    const errors = invalid(
      await send(operation, { ids: 'no-id', ...(operation.takesBody ? { body: {} } : {}) }),
    );
    const pointers = errors.map(({ pointer }) => pointer).filter((pointer) => pointer.startsWith('path/'));
    expect(pointers.sort()).toEqual(names.sort());
  });

  const idempotent = titled(operations.filter((operation) => operation.idempotent));
  describe.each(idempotent)('%s', (_title, operation) => {
    const options = operation.takesBody ? { body: {} } : {};
    it('asks for an Idempotency-Key', async () => {
      refused(await send(operation, { ...options, key: null }), 'idempotency_key_missing');
    });

    it.each(['x'.repeat(201), 'two words', 'schlüssel'])('does not take the key %j', async (key) => {
      const encoded = Buffer.from(key).toString('latin1');
      refused(await send(operation, { ...options, key: encoded }), 'idempotency_key_missing');
    });
  });

  describe.each(lists)('%s', (_title, operation) => {
    it.each(['0', '101', '-1', '1.5', 'many', ''])('takes no limit of %j', async (limit) => {
      const errors = invalid(await send(operation, { query: `?limit=${limit}` }));
      expect(errors).toMatchObject([{ pointer: 'query/limit' }]);
    });

    it.each(['rubbish', '%00', "';--"])('takes no cursor of %j', async (cursor) => {
      const errors = invalid(await send(operation, { query: `?cursor=${cursor}` }));
      expect(errors).toMatchObject([{ pointer: 'query/cursor' }]);
    });
  });

  it('names every field that is missing to publish', async () => {
    const { ownerToken: token, channel } = cafe;
    const at = `${system.url}/catalog/v1/coupons`;
    const draft = await call('POST', at, { token, body: { channelId: channel.channelId, type: 'click' } });
    const answer = await call('POST', `${at}/${String(draft.body['couponId'])}/publish`, { token });
    const { errors } = refused(answer, 'missing_to_publish');
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/description', '/imageId', '/name']);
  });

  it.each([
    { startAt: '2027-01-02T00:00:00Z', endAt: '2027-01-01T00:00:00Z' },
    { endAt: '2020-01-01T00:00:00Z' },
  ])('does not publish a coupon that could never be redeemed: %j', async (times) => {
    const { ownerToken: token, channel } = cafe;
    const at = `${system.url}/catalog/v1/coupons`;
    const draft = await call('POST', at, { token, body: { ...aDraft(channel.channelId), ...times } });
    const { couponId } = draft.body as { couponId?: string };
    const answer =
      couponId === undefined ? draft : await call('POST', `${at}/${couponId}/publish`, { token });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(problem.parse(answer.body).errors?.map(({ pointer }) => pointer)).toEqual(['/endAt']);
  });

  it('tells one key with two bodies apart', async () => {
    const { ownerToken: token, channel } = cafe;
    const [at, key] = [`${system.url}/catalog/v1/coupons`, newId()];
    const body = aDraft(channel.channelId);
    expect((await call('POST', at, { token, key, body })).status).toBe(201);
    refused(
      await call('POST', at, { token, key, body: { ...body, name: 'Another' } }),
      'idempotency_key_reused',
    );
  });

  it('knows which methods a route takes', async () => {
    const answer = await call('PATCH', `${system.url}/catalog/v1/coupons`, { token: cafe.ownerToken });
    expect([404, 405]).toContain(answer.status);
    problem.parse(answer.body);
  });
});

/** `a/0` changes the first element of the list `a`, `a/b` the field `b` of `a`; undefined takes the field away. */
function changed(good: Record<string, unknown>, field: string, value: unknown): Record<string, unknown> {
  const [name = '', ...path] = field.split('/');
  if (path[0] === '0') {
    const [first] = (good[name] ?? []) as Record<string, unknown>[];
    const inner = path.slice(1).join('/');
    return { ...good, [name]: [inner === '' ? value : changed(first ?? {}, inner, value)] };
  }
  if (path.length > 0)
    return { ...good, [name]: changed(good[name] as Record<string, unknown>, path.join('/'), value) };
  const { [name]: _old, ...rest } = good;
  return value === undefined ? rest : { ...rest, [name]: value };
}

function refused({ status, headers, body }: Answer, code: ProblemCode) {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const parsed = problem.parse(body);
  expect({ status, code: parsed.code }).toEqual({ status: problemCodes[code].status, code });
  expect(parsed.mend).not.toBe('');
  expect(parsed.correlationId).not.toBe('');
  return parsed;
}

function invalid(answer: Answer): { pointer: string; message: string }[] {
  return refused(answer, 'invalid_request').errors ?? [];
}
