import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Problem, problem, role as roles, type Role } from '#contracts';
import { type BadToken, newId } from '#testkit';
import { everyOperation, type Operation, title } from './system/api-operations.js';
import { aDraft, type Cafe, openCafe } from './system/cafe.js';
import { openEventStream } from './system/event-stream.js';
import { untilHandled } from './system/handled-events.js';
import { type Answer, call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const operations = everyOperation().map((operation) => [title(operation), operation] as const);
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
    await cafe.redeem(couponId, guest as Cafe['stranger']);
    const channelId = cafe.channel.channelId;
    existing = { couponId, channelId, userId: guest?.userId ?? '', deadLetterId: newId() };
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  const address = ({ service, path }: Operation): string =>
    `${system.url}/${service}${path.replace(/\{(\w+)\}/g, (_, name: string) => existing[name] ?? fail(name))}`;
  const ask = (operation: Operation, token?: string): Promise<Answer> =>
    call(operation.method, address(operation), {
      ...(token === undefined ? {} : { token }),
      ...(operation.takesBody ? { body: {} } : {}),
    });
  const token = (role: Role, tenant: string): Promise<string> =>
    system.issuer.token({ role, tenant, channels: [cafe.channel.channelId] });

  it('is asked of a good number of routes', () => {
    expect(operations.length).toBeGreaterThanOrEqual(20);
    expect(operations.filter(([, { roles: who }]) => who.length === 0)).toEqual([]);
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

  describe('another tenant, with the right role and the ids of this one', () => {
    const reads = operations.filter(([, { method, path }]) => method === 'GET' && !path.endsWith('/stream'));
    it.each(reads)('reads nothing: %s', async (_title, operation) => {
      const answer = await ask(operation, await token(operation.roles[0] as Role, newId()));
      if (answer.status === 404) return;
      expect([answer.status, answer.body]).toEqual([200, { items: [], nextCursor: null }]);
    });

    const actions = operations.filter(
      ([, { method, path }]) => /POST|DELETE/.test(method) && path.includes('{'),
    );
    it.each(actions)('changes nothing: %s', async (_title, operation) => {
      const before = await cafe.readCoupon(existing['couponId'] ?? '');
      const answer = await ask(operation, await token(operation.roles[0] as Role, newId()));
      expect(problemOf(answer).status).toBe(404);
      expect(await cafe.readCoupon(existing['couponId'] ?? '')).toEqual(before);
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

    const asTheCafeSees = async (): Promise<unknown[]> => {
      const { ownerToken, serviceToken, channel } = cafe;
      const followers = `${system.url}/targeting/v1/channels/${channel.channelId}/followers`;
      const channels = await call('GET', `${system.url}/catalog/v1/channels`, { token: ownerToken });
      return [channels.body, (await call('GET', followers, { token: serviceToken })).body];
    };
    const facts = operations.filter(([, { method }]) => method === 'PUT');
    it.each(facts)('puts facts in for itself alone: %s', async (_title, operation) => {
      const before = await asTheCafeSees();
      const answer = await call<{ eventId: string }>(operation.method, address(operation), {
        token: await token('service', newId()),
        body: factBody(operation),
      });
      expect(answer.status).toBe(202);
      await untilHandled(system, operation.service, [answer.body.eventId]);
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

function factBody({ path }: Operation): unknown {
  if (path.includes('followers')) return { following: false, revision: 9 };
  if (path.includes('users')) return { displayName: 'Mallory', timeZone: null, removed: true, revision: 9 };
  const ownerIds = [newId()];
  return {
    name: 'Mine now',
    status: 'active',
    timeZone: 'Europe/Zagreb',
    partnerId: newId(),
    ownerIds,
    revision: 9,
  };
}

function fail(name: string): never {
  throw new Error(`the test has no value for the path parameter ${name}`);
}
