import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Problem, problem, role as roles, type Role } from '#contracts';
import { type BadToken, newId } from '#testkit';
import { everyOperation, type Operation, title } from './system/api-operations.js';
import { aDraft, type Cafe, openCafe } from './system/cafe.js';
import { catalogInputs } from './system/catalog-inputs.js';
import { openEventStream } from './system/event-stream.js';
import { untilHandled } from './system/handled-events.js';
import { type Answer, call } from './system/http-client.js';
import { codeInputs } from './system/code-inputs.js';
import { pointsInputs } from './system/points-inputs.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const every = everyOperation().map((operation) => [title(operation), operation] as const);
const operations = every.filter(([, { roles: who }]) => who.length > 0);
/** Bodies that routes take; nothing where an empty one will do. */
const goodBodies = new Map<string, Record<string, unknown>>([
  ...[...catalogInputs, ...codeInputs, ...pointsInputs].map(([route, body]) => [route, body] as const),
  ['PUT /targeting/v1/channels/{channelId}/followers/{userId}', { following: false, revision: 9 }],
  [
    'PUT /targeting/v1/users/{userId}',
    { displayName: 'Mallory', timeZone: null, removed: true, revision: 9 },
  ],
]);
const badTokens: BadToken[] = [
  'other_key',
  'unsigned',
  'expired',
  'not_yet_valid',
  'other_issuer',
  'other_audience',
  'tampered',
  'without_tenant',
];

describe('who may do what', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  /** Values for path parameters: things that exist, in the café's tenant. */
  let existing: Record<string, string>;
  beforeAll(async () => {
    system = await startWholeSystem();
    cafe = await openCafe(system);
    const [guest] = cafe.followers;
    const { couponId } = await cafe.publish();
    const redeemed = await cafe.redeem(couponId, guest as Cafe['stranger']);
    const channelId = cafe.channel.channelId;
    const theirs = await theCafesDirectory();
    existing = {
      couponId,
      channelId,
      userId: guest?.userId ?? '',
      deadLetterId: newId(),
      token: 'A'.repeat(51),
      ...theirs,
    };
    existing['redemptionId'] = String(redeemed.body['redemptionId']);
    for (const name of ['earningId', 'purchaseId']) existing[name] = newId();
    const asked = await call('POST', `${system.url}/catalog/v1/coupons/${couponId}/cap-requests`, {
      token: cafe.ownerToken,
      body: { maxRedemptions: 100 },
    });
    existing['requestId'] = String(asked.body['requestId']);
    existing['imageId'] = cafe.imageId;
    const shared = await call('POST', `${system.url}/catalog/v1/coupons/${couponId}/share-links`, {
      token: cafe.ownerToken,
      body: {},
    });
    existing['linkId'] = String(shared.body['linkId']);
    existing['code'] = String(shared.body['code']);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  /** An account with all that belongs to it, put in and made as its people do; their ids. */
  const theCafesDirectory = async (): Promise<Record<string, string>> => {
    const at = `${system.url}/catalog/v1`;
    const { partnerId } = cafe.channel;
    const ids = { partnerId, storeId: newId(), cashierId: newId(), programmeId: newId() };
    const facts = operations.filter(([, { service, method }]) => service === 'catalog' && method === 'PUT');
    for (const [route, { path }] of facts) {
      const name = /\{(\w+)\}$/.exec(path)?.[1] as keyof typeof ids;
      if (!(name in ids)) continue;
      const body = { ...bodyOf(route), ...(name !== 'partnerId' && { partnerId }) };
      const put = await call<{ eventId: string }>(
        'PUT',
        `${at}${path.replace(/^\/v1|\{.*/g, '')}${ids[name]}`,
        {
          token: cafe.serviceToken,
          body,
        },
      );
      await untilHandled(system, 'catalog', [put.body.eventId]);
    }
    const admin = await token('tenant_admin', cafe.tenantId);
    const [pointName, trigger] = [
      await call('POST', `${at}/point-names`, { token: cafe.ownerToken, body: { partnerId, name: 'coin' } }),
      await call('POST', `${at}/triggers`, { token: admin, body: bodyOf('POST /catalog/v1/triggers') }),
    ];
    const made = { pointNameId: pointName.body['pointNameId'], triggerId: trigger.body['triggerId'] };
    return { ...ids, pointNameId: String(made.pointNameId), triggerId: String(made.triggerId) };
  };

  const address = ({ service, path }: Operation): string =>
    `${system.url}/${service}${path.replace(/\{(\w+)\}/g, (_, name: string) => existing[name] ?? fail(name))}`;
  const ask = (operation: Operation, token?: string): Promise<Answer> =>
    call(operation.method, address(operation), {
      ...(token === undefined ? {} : { token }),
      ...(operation.takesBody ? { body: bodyOf(title(operation)) } : {}),
      ...(operation.needsVersion && { headers: { 'if-match': '*' } }),
    });
  const token = (role: Role, tenant: string): Promise<string> =>
    system.issuer.token({ role, tenant, channels: [cafe.channel.channelId] });

  it('is asked of a good number of routes', () => {
    expect(operations.length).toBeGreaterThanOrEqual(20);
    const open = every.filter(([, { roles: who }]) => who.length === 0);
    expect(open.map(([route]) => route)).toEqual([
      'GET /catalog/v1/images/{hash}/{file}',
      'GET /catalog/v1/shared/{code}',
    ]);
  });

  describe.each(operations)('%s', (_title, operation) => {
    it('answers 401 without a token', async () => {
      const answer = await ask(operation);
      expect(problemOf(answer)).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    });

    it.each(badTokens)('answers 401 to a token that is bad: %s', async (kind) => {
      const bad = await system.issuer.badToken(kind, { role: operation.roles[0] ?? 'service' });
      expect(problemOf(await ask(operation, bad))).toMatchObject({ status: 401, code: 'unauthenticated' });
    });

    it.each(roles.options.filter((one) => !operation.roles.includes(one)))(
      'answers 403 to role %s',
      async (one) => {
        const answer = await ask(operation, await token(one, cafe.tenantId));
        expect(problemOf(answer)).toMatchObject({ status: 403, code: 'forbidden' });
      },
    );
  });

  /** What the café's own people can read of it. */
  const asTheCafeSees = async (): Promise<unknown[]> => {
    const { ownerToken, serviceToken, channel } = cafe;
    const followers = `${system.url}/targeting/v1/channels/${channel.channelId}/followers`;
    const admin = await token('tenant_admin', cafe.tenantId);
    const lists = ['coupons', 'channels', 'partners', 'stores', 'cashiers', 'programmes', 'point-names'];
    const seen = lists.map((list) => [`${system.url}/catalog/v1/${list}`, ownerToken] as const);
    const also = [
      [followers, serviceToken] as const,
      ...['triggers', 'tenant-settings'].map((list) => [`${system.url}/catalog/v1/${list}`, admin] as const),
    ];
    return Promise.all(
      [...seen, ...also].map(async ([at, by]) => (await call('GET', at, { token: by })).body),
    );
  };

  const emptyPage = { items: [], nextCursor: null };
  /** What of a tenant that has nothing is no page. */
  const nothing: Record<string, object> = {
    'GET /catalog/v1/coupons/counts': { total: 0 },
    'GET /catalog/v1/tenant-settings': { version: 1 },
  };

  describe('another tenant, with the right role and the ids of this one', () => {
    const reads = operations.filter(([, { method, path }]) => method === 'GET' && !path.endsWith('/stream'));
    it.each(reads)('reads nothing: %s', async (route, operation) => {
      const answer = await ask(operation, await token(operation.roles[0] as Role, newId()));
      if (answer.status === 404) return;
      if (answer.headers.get('content-type')?.startsWith('text/csv')) {
        expect((answer.body as unknown as string).trim().split('\n')).toHaveLength(1);
        return;
      }
      expect([answer.status, answer.body]).toMatchObject([200, nothing[route] ?? emptyPage]);
    });

    const actions = operations.filter(
      ([, { method, path }]) => /POST|PATCH|DELETE/.test(method) && path.includes('{'),
    );
    it.each(actions)('changes nothing: %s', async (_title, operation) => {
      const before = await asTheCafeSees();
      const answer = await ask(operation, await token(operation.roles[0] as Role, newId()));
      expect(problemOf(answer).status).toBe(404);
      expect(await asTheCafeSees()).toEqual(before);
    });

    it('cannot make a coupon in a channel of this one', async () => {
      const stranger = await token('channel_owner', newId());
      const body = aDraft(cafe.channel.channelId);
      const answer = await call('POST', `${system.url}/catalog/v1/coupons`, { token: stranger, body });
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'channel_not_found' });
    });

    it('gets none of its messages in a stream, not even under the same user id', async () => {
      const [guest] = cafe.followers;
      const sub = guest?.userId ?? '';
      const stranger = await system.issuer.token({ role: 'end_user', tenant: newId(), sub });
      const at = `${system.url}/notification/v1/inbox/stream`;
      const [theirs, ours] = [
        await openEventStream(at, stranger),
        await openEventStream(at, guest?.token ?? ''),
      ];
      const { couponId } = await cafe.publish();
      await cafe.redeem(couponId, guest as Cafe['stranger']);
      while (ours.events.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(theirs.events).toEqual([]);
      theirs.close();
      ours.close();
    });

    const facts = operations.filter(([, { method }]) => method === 'PUT');
    it.each(facts)('puts in for itself alone: %s', async (_title, operation) => {
      const before = await asTheCafeSees();
      const isFact = operation.roles.includes('service');
      const by = isFact ? 'service' : (operation.roles[0] as Role);
      const answer = await ask(operation, await token(by, newId()));
      expect(answer.status).toBe(isFact ? 202 : 200);
      // Another tenant knows no point name: what is earned there is buried.
      if (isFact)
        await untilHandled(system, operation.service, [String(answer.body['eventId'])], { orBuried: true });
      expect(await asTheCafeSees()).toEqual(before);
    });
  });

  it('a colleague of the same tenant who does not own the channel reads and changes nothing', async () => {
    const colleague = await system.issuer.token({
      role: 'channel_owner',
      tenant: cafe.tenantId,
      channels: [newId()],
    });
    const at = `${system.url}/catalog/v1/coupons`;
    expect((await call('GET', at, { token: colleague })).body).toEqual({ items: [], nextCursor: null });
    for (const path of [`/${existing['couponId']}`, `/${existing['couponId']}/disable`]) {
      const answer = await call(path.endsWith('disable') ? 'POST' : 'GET', at + path, { token: colleague });
      expect(problemOf(answer).status).toBe(404);
    }
  });
});

function problemOf({ status, headers, body }: Answer): Problem {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const parsed = problem.parse(body);
  expect(parsed.status).toBe(status);
  return parsed;
}

/** A body that the route takes. */
function bodyOf(route: string): Record<string, unknown> {
  return goodBodies.get(route) ?? {};
}

function fail(name: string): never {
  throw new Error(`the test has no value for the path parameter ${name}`);
}
