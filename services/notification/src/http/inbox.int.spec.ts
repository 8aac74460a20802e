import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messagePage, problem } from '#contracts';
import { newId } from '#testkit';
import { type NotificationWorld, startNotificationWorld } from '../../test/notification-world.js';
import { cursorOf } from './inbox-position.js';

let world: NotificationWorld;
let url: string;
const owner = { tenantId: newId(), userId: newId() };

beforeAll(async () => {
  world = await startNotificationWorld();
  ({ url } = await world.replica());
  await world.messages(owner, 5);
});
afterAll(() => world?.stop());

async function get(path: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}${path}`, { headers });
  return { status: answer.status, body: await answer.json() };
}

async function page(query = '', who = owner) {
  const { status, body } = await get(`/v1/inbox${query}`, await world.token(who));
  expect(status).toBe(200);
  return messagePage.parse(body);
}

describe('GET /v1/inbox', () => {
  it('gives the newest first', async () => {
    const { items, nextCursor } = await page();
    expect(items.map(({ text }) => text)).toEqual([5, 4, 3, 2, 1].map((n) => `message ${n}`));
    expect(nextCursor).toBeNull();
  });

  it('pages through all, each once, also when a message comes meanwhile', async () => {
    const own = { tenantId: newId(), userId: newId() };
    await world.messages(own, 4);
    const first = await page('?limit=2', own);
    await world.messages(own, 1, 'later');
    const second = await page(`?limit=2&cursor=${first.nextCursor}`, own);
    expect([...first.items, ...second.items].map(({ text }) => text)).toEqual(
      [4, 3, 2, 1].map((n) => `message ${n}`),
    );
    expect(second.nextCursor).toBeNull();
  });

  it('is empty for a user without messages', async () => {
    expect(await page('', { ...owner, userId: newId() })).toEqual({ items: [], nextCursor: null });
  });

  it("shows nobody else's messages, not even to the same id in another tenant", async () => {
    expect(await page('', { ...owner, tenantId: newId() })).toEqual({ items: [], nextCursor: null });
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?cursor=nonsense', `?cursor=${cursorOf(-1)}`])(
    'refuses %s, naming the parameter',
    async (query) => {
      const { status, body } = await get(`/v1/inbox${query}`, await world.token(owner));
      expect(status).toBe(400);
      const { code, errors } = problem.parse(body);
      expect({ code, pointer: errors?.[0]?.pointer }).toEqual({
        code: 'invalid_request',
        pointer: `query/${query.slice(1).split('=')[0]}`,
      });
    },
  );
});

describe.each(['/v1/inbox', '/v1/inbox/stream'])('%s', (path) => {
  it('refuses whoever brings no token', async () => {
    expect(await get(path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it.each(['cashier', 'tenant_admin', 'service'] as const)('is not for %s', async (role) => {
    const token = await world.token({ ...owner, role });
    expect(await get(path, token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});
