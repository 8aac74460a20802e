import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { MessageStore, type NewMessage } from './message.store.js';
import { migrationSet } from './migrations/index.js';

const store = new MessageStore();
const tenantId = newId();

let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.appUrl }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

function inTenant<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return source.transaction(async (tx) => {
    await tx.query("SELECT set_config('octopus.tenant_id', $1, true)", [tenantId]);
    return work(tx);
  });
}

function aMessage(userId: string): NewMessage {
  const redemptionId = newId();
  return {
    messageId: newId(),
    userId,
    channelId: newId(),
    kind: 'coupon_redeemed',
    causeId: redemptionId,
    couponId: newId(),
    redemptionId,
    text: 'Enjoy!',
  };
}

const append = (message: NewMessage) => inTenant((tx) => store.append(tx, tenantId, message));
const lastPositions = (userIds: string[]) => inTenant((tx) => store.lastPositions(tx, tenantId, userIds));

describe('the last position', () => {
  it("is that of the user's newest message, whatever was tried behind it", async () => {
    const userId = newId();
    const [first, second] = [aMessage(userId), aMessage(userId)];
    await append(first);
    const placed = await append(second);
    for (const doubled of [first, second])
      expect(await append({ ...doubled, messageId: newId() })).toBeNull();
    expect(await lastPositions([userId])).toEqual(new Map([[userId, placed?.position]]));
    // So nobody who has read all is rung for a message that will never come; the next one is behind all the same.
    const next = await append(aMessage(userId));
    expect(next?.position).toBeGreaterThan(placed?.position ?? 0);
    expect(await lastPositions([userId])).toEqual(new Map([[userId, next?.position]]));
  });

  it('is told of many users at once, and of none who has no message', async () => {
    const [one, two, none] = [newId(), newId(), newId()];
    for (const userId of [one, two, two]) await append(aMessage(userId));
    expect(await lastPositions([one, two, none])).toEqual(
      new Map([
        [one, 1],
        [two, 2],
      ]),
    );
  });
});
