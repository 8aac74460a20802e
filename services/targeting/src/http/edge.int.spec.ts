import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factAccepted, follow, followerPage, problem, user } from '#contracts';
import { eventually, newId } from '#testkit';
import { startTargetingWorld, type TargetingWorld } from '../../test/targeting-world.js';

const HOUR_MS = 3_600_000;

let world: TargetingWorld;
beforeAll(async () => {
  world = await startTargetingWorld();
});
afterAll(() => world?.stop());

const followerPath = (channelId: string, userId: string) => `/v1/channels/${channelId}/followers/${userId}`;

async function putFollow(
  tenantId: string,
  channelId: string,
  userId: string,
  body: unknown,
): Promise<string> {
  const answer = await world.call(tenantId, { method: 'PUT', path: followerPath(channelId, userId), body });
  expect(answer.status).toBe(202);
  return factAccepted.parse(answer.body).eventId;
}

async function followers(tenantId: string, channelId: string, query = '') {
  const answer = await world.call(tenantId, { path: `/v1/channels/${channelId}/followers${query}` });
  expect(answer.status).toBe(200);
  return followerPage.parse(answer.body);
}

describe('PUT /v1/channels/{channelId}/followers/{userId}', () => {
  it('puts a fact on the topic, and the follower is there when it has come back', async () => {
    const [tenantId, channelId, userId] = [newId(), newId(), newId()];
    const eventId = await putFollow(tenantId, channelId, userId, { following: true, revision: 3 });

    const records = await world.namespace.collect('platform.follow.v1');
    await eventually(() => expect(records.some((record) => record.headers['ce_id'] === eventId)).toBe(true));
    const record = records.find(({ headers }) => headers['ce_id'] === eventId);
    expect(record?.key).toBe(`${channelId}/${userId}`);
    expect(record?.headers).toMatchObject({
      ce_type: 'octopus.platform.follow-changed.v1',
      ce_subject: `follow/${channelId}/${userId}`,
      ce_tenantid: tenantId,
      ce_revision: '3',
    });
    const fact = follow.parse(JSON.parse(record?.value ?? ''));
    expect(fact).toMatchObject({ channelId, userId, following: true });

    await eventually(async () =>
      expect((await followers(tenantId, channelId)).items).toEqual([
        { userId, followingSince: fact.changedAt },
      ]),
    );
  });

  it('sent again with the same revision changes nothing', async () => {
    const [tenantId, channelId, userId] = [newId(), newId(), newId()];
    await putFollow(tenantId, channelId, userId, { following: true, revision: 1 });
    await eventually(async () => expect((await followers(tenantId, channelId)).items).toHaveLength(1));
    const before = await followers(tenantId, channelId);
    const again = await putFollow(tenantId, channelId, userId, { following: false, revision: 1 });
    await handled(again);
    expect(await followers(tenantId, channelId)).toEqual(before);
  });

  it('sends nothing that is stale: the topic ends on the newest revision', async () => {
    await world.database.shiftClock(HOUR_MS);
    const [tenantId, channelId, userId] = [newId(), newId(), newId()];
    const put = (following: boolean, revision: number) =>
      putFollow(tenantId, channelId, userId, { following, revision });
    const third = await put(false, 3);
    expect([await put(true, 2), await put(true, 3)]).toEqual([third, third]);
    const fourth = await put(true, 4);
    await handled(fourth);
    const sent = await sentFacts('platform.follow.v1', `${channelId}/${userId}`, fourth);
    expect(sent.map(({ envelope }) => envelope?.id)).toEqual([third, fourth]);
    // By the database's clock, which this test has moved.
    const changedAt = follow.parse(sent[0]?.data).changedAt;
    expect(Date.parse(changedAt)).toBeGreaterThan(Date.now() + HOUR_MS / 2);
    expect(sent[0]?.envelope?.time).toBe(changedAt);
    await world.database.shiftClock(0);
  });

  it('unfollows', async () => {
    const [tenantId, channelId, userId] = [newId(), newId(), newId()];
    await putFollow(tenantId, channelId, userId, { following: true, revision: 1 });
    await handled(await putFollow(tenantId, channelId, userId, { following: false, revision: 2 }));
    expect((await followers(tenantId, channelId)).items).toEqual([]);
  });

  it.each([
    ['no body', {}, 'following'],
    ['no revision', { following: true }, 'revision'],
    ['revision 0', { following: true, revision: 0 }, 'revision'],
    ['a fraction', { following: true, revision: 1.5 }, 'revision'],
    ['a text for a truth value', { following: 'yes', revision: 1 }, 'following'],
    ['an unknown field', { following: true, revision: 1, since: 'x' }, ''],
  ])('refuses %s, naming the field', async (_what, body, field) => {
    const answer = await world.call(newId(), { method: 'PUT', path: followerPath(newId(), newId()), body });
    expect(answer.status).toBe(400);
    const { code, errors } = problem.parse(answer.body);
    expect(code).toBe('invalid_request');
    expect(errors?.map(({ pointer }) => pointer).join()).toContain(field);
  });

  it.each(['channelId', 'userId'])('refuses a malformed %s, naming it', async (name) => {
    const path = name === 'userId' ? followerPath(newId(), 'x') : followerPath('x', newId());
    const answer = await world.call(newId(), { method: 'PUT', path, body: { following: true, revision: 1 } });
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.body).errors?.[0]?.pointer).toBe(`path/${name}`);
  });
});

describe('GET /v1/channels/{channelId}/followers', () => {
  it('pages through all followers, each once', async () => {
    const [tenantId, channelId] = [newId(), newId()];
    const users = Array.from({ length: 5 }, newId).sort();
    for (const userId of users)
      await putFollow(tenantId, channelId, userId, { following: true, revision: 1 });
    await eventually(async () => expect((await followers(tenantId, channelId)).items).toHaveLength(5));

    const seen: string[] = [];
    let query = '?limit=2';
    for (let pages = 1; ; pages++) {
      const { items, nextCursor } = await followers(tenantId, channelId, query);
      seen.push(...items.map(({ userId }) => userId));
      if (nextCursor === null) {
        expect(pages).toBe(3);
        break;
      }
      query = `?limit=2&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(users);
  });

  it("shows no other channel's followers, and none of the same channel id in another tenant", async () => {
    const [tenantId, channelId, userId] = [newId(), newId(), newId()];
    await handled(await putFollow(tenantId, channelId, userId, { following: true, revision: 1 }));
    expect((await followers(tenantId, newId())).items).toEqual([]);
    expect((await followers(newId(), channelId)).items).toEqual([]);
    expect((await followers(tenantId, channelId)).items).toHaveLength(1);
  });

  it.each(['cursor=nonsense', 'limit=0', 'limit=101'])('refuses ?%s', async (query) => {
    const answer = await world.call(newId(), { path: `/v1/channels/${newId()}/followers?${query}` });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

describe('PUT /v1/users/{userId}', () => {
  const put = (tenantId: string, userId: string, body: unknown) =>
    world.call(tenantId, { method: 'PUT', path: `/v1/users/${userId}`, body });

  it('puts a fact on the topic, and the user is there when it has come back', async () => {
    const [tenantId, userId] = [newId(), newId()];
    const answer = await put(tenantId, userId, {
      displayName: 'Ana',
      timeZone: 'Europe/Zagreb',
      revision: 2,
    });
    expect(answer.status).toBe(202);
    const { eventId } = factAccepted.parse(answer.body);
    await handled(eventId);

    const records = await world.namespace.collect('platform.user.v1');
    await eventually(() => expect(records.some((record) => record.headers['ce_id'] === eventId)).toBe(true));
    const record = records.find(({ headers }) => headers['ce_id'] === eventId);
    expect({ key: record?.key, subject: record?.headers['ce_subject'] }).toEqual({
      key: userId,
      subject: `user/${userId}`,
    });
    expect(user.parse(JSON.parse(record?.value ?? ''))).toEqual({
      userId,
      displayName: 'Ana',
      timeZone: 'Europe/Zagreb',
      removed: false,
    });
    expect(await users(tenantId)).toEqual([
      { user_id: userId, revision: '2', display_name: 'Ana', time_zone: 'Europe/Zagreb', removed: false },
    ]);
  });

  it('sends nothing that is stale: the topic ends on the newest revision', async () => {
    const [tenantId, userId] = [newId(), newId()];
    const tell = async (displayName: string, revision: number) =>
      factAccepted.parse((await put(tenantId, userId, { displayName, timeZone: null, revision })).body)
        .eventId;
    const third = await tell('Ana', 3);
    expect([await tell('Old Ana', 2), await tell('Other Ana', 3)]).toEqual([third, third]);
    // The same user of another tenant is another user.
    await handled(
      factAccepted.parse(
        (await put(newId(), userId, { displayName: 'Eva', timeZone: null, revision: 1 })).body,
      ).eventId,
    );
    const fourth = await tell('New Ana', 4);
    const sent = await sentFacts('platform.user.v1', userId, fourth);
    const mine = sent.filter(({ envelope }) => envelope?.tenantId === tenantId);
    expect(mine.map(({ envelope }) => envelope?.id)).toEqual([third, fourth]);
  });

  it.each([
    [{ displayName: '', timeZone: null, revision: 1 }, 'displayName'],
    [{ displayName: 'Ana', timeZone: 'Mars/Olympus', revision: 1 }, 'timeZone'],
    [{ displayName: 'Ana', timeZone: null }, 'revision'],
  ])('refuses %j, naming the field', async (body, field) => {
    const answer = await put(newId(), newId(), body);
    expect(answer.status).toBe(400);
    expect(problem.parse(answer.body).errors?.[0]?.pointer).toBe(`/${field}`);
  });
});

describe.each([
  ['PUT', followerPath(newId(), newId()), { following: true, revision: 1 }],
  ['PUT', `/v1/users/${newId()}`, { displayName: 'Ana', timeZone: null, revision: 1 }],
  ['GET', `/v1/channels/${newId()}/followers`, undefined],
])('%s %s', (method, path, body) => {
  it('is for role service alone', async () => {
    expect(await world.call(newId(), { method, path, body, role: null })).toMatchObject({ status: 401 });
    for (const role of ['end_user', 'channel_owner', 'cashier', 'tenant_admin'] as const)
      expect(await world.call(newId(), { method, path, body, role })).toMatchObject({ status: 403 });
  });
});

/** What is on the topic under the key, once the last of it is there. */
async function sentFacts(topic: 'platform.follow.v1' | 'platform.user.v1', key: string, lastId: string) {
  const records = await world.namespace.collect(topic);
  return eventually(() => {
    const sent = records.filter((record) => record.key === key);
    expect(sent.map(({ envelope }) => envelope?.id)).toContain(lastId);
    return sent;
  });
}

function users(tenantId: string) {
  const columns = 'user_id, revision, display_name, time_zone, removed';
  return world.database.rows(tenantId, `SELECT ${columns} FROM app_user`);
}

async function handled(eventId: string): Promise<void> {
  await eventually(async () => {
    const sql = 'SELECT 1 FROM inbox WHERE event_id = $1';
    expect((await world.database.ownerPool().query(sql, [eventId])).rowCount).toBe(1);
  });
}
