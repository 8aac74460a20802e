import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Follow, User } from '#contracts';
import { aFollow, aUser, eventually, followFact, newId, userFact } from '#testkit';
import { startTargetingWorld, type TargetingWorld } from '../../test/targeting-world.js';

let world: TargetingWorld;
beforeAll(async () => {
  world = await startTargetingWorld();
});
afterAll(() => world?.stop());

type Fact = ReturnType<typeof followFact> | ReturnType<typeof userFact>;

/** Every order of three facts. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Each fact at once twice and, when all have been sent, once more under another event id. */
async function thrice(facts: readonly Fact[], order: readonly number[]): Promise<void> {
  const sorted = order.flatMap((index) => facts[index] ?? []).map((fact) => ({ ...fact, id: newId() }));
  await inOrder([
    ...sorted.flatMap((fact) => [fact, fact]),
    ...sorted.map((fact) => ({ ...fact, id: newId() })),
  ]);
}

async function inOrder(facts: readonly Fact[]): Promise<void> {
  const ids = new Set<string>();
  for (const fact of facts)
    ids.add(
      fact.topic === 'platform.user.v1'
        ? await world.namespace.produce(fact.topic, fact)
        : await world.namespace.produce(fact.topic, fact),
    );
  await eventually(async () => {
    const sql = 'SELECT 1 FROM inbox WHERE event_id = ANY($1::uuid[])';
    expect((await world.database.ownerPool().query(sql, [[...ids]])).rowCount).toBe(ids.size);
  });
}

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
const aStory = () => ({ tenantId: newId(), follow: aFollow({ changedAt: at(0) }), user: aUser() });

const follower = (tenantId: string) =>
  world.database.rows(tenantId, 'SELECT revision::int, following, since FROM follower');
const appUser = (tenantId: string) =>
  world.database.rows(tenantId, 'SELECT revision::int, display_name, time_zone, removed FROM app_user');

describe('follows', () => {
  const states = (tenantId: string, follow: Follow) => [
    followFact(tenantId, follow, 1),
    followFact(tenantId, { ...follow, following: false, changedAt: at(1) }, 2),
    followFact(tenantId, { ...follow, changedAt: at(2) }, 3),
  ];

  it.each(orders)('end in the newest state, three times each, in the order %j', async (...order) => {
    const { tenantId, follow } = aStory();
    await thrice(states(tenantId, follow), order);
    expect(await follower(tenantId)).toEqual([{ revision: 3, following: true, since: new Date(at(2)) }]);
  });

  it('leave a tombstone that an older fact cannot revive', async () => {
    const { tenantId, follow } = aStory();
    const [first, second] = states(tenantId, follow);
    await inOrder([second!, first!]);
    expect(await follower(tenantId)).toEqual([{ revision: 2, following: false, since: new Date(at(1)) }]);
  });

  it('of the same ids in two tenants are two', async () => {
    const { tenantId, follow } = aStory();
    const other = newId();
    await inOrder([
      followFact(tenantId, follow, 1),
      followFact(other, { ...follow, following: false, changedAt: at(1) }, 2),
    ]);
    expect(await follower(tenantId)).toMatchObject([{ revision: 1, following: true }]);
    expect(await follower(other)).toMatchObject([{ revision: 2, following: false }]);
  });
});

describe('users', () => {
  const states = (tenantId: string, user: User) => [
    userFact(tenantId, user, 1),
    userFact(tenantId, { ...user, displayName: 'Ana Maria', timeZone: null }, 2),
    userFact(tenantId, { ...user, removed: true }, 3),
  ];

  it.each(orders)('end in the newest state, three times each, in the order %j', async (...order) => {
    const { tenantId, user } = aStory();
    await thrice(states(tenantId, user), order);
    expect(await appUser(tenantId)).toEqual([
      { revision: 3, display_name: null, time_zone: null, removed: true },
    ]);
  });

  it('do not go back to an older state', async () => {
    const { tenantId, user } = aStory();
    const [first, second] = states(tenantId, user);
    await inOrder([second!, first!]);
    expect(await appUser(tenantId)).toEqual([
      { revision: 2, display_name: 'Ana Maria', time_zone: null, removed: false },
    ]);
  });
});

it('facts about state without a revision go to the dead letters, and the partition goes on', async () => {
  const { tenantId, follow, user } = aStory();
  const { revision: _, ...without } = followFact(tenantId, follow);
  await world.namespace.produce('platform.follow.v1', without);
  const letters = await world.namespace.collect('targeting.dead-letter.v1');
  await eventually(() =>
    expect(letters.filter(({ headers }) => headers['ce_tenantid'] === tenantId)).toHaveLength(1),
  );
  await inOrder([followFact(tenantId, follow, 1), userFact(tenantId, user, 1)]);
  expect(await follower(tenantId)).toHaveLength(1);
});
