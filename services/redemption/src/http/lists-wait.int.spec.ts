import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type TestClaims } from '#testkit';
import { PointsWorld } from '../../test/points-world.js';
import { ReadSlots } from '../store/read-slots.js';

let points: PointsWorld;
beforeAll(async () => {
  points = await PointsWorld.start();
});
afterAll(() => points?.stop());

/** Takes every connection that lists may use, and every place to wait for one. */
function takeAll(slots: ReadSlots): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (let nth = 0; nth < 1_000; nth += 1) slots.run(() => promise).catch(() => undefined);
  return resolve;
}

describe('a list', () => {
  it.each(['wallet/balances', 'wallet/points', 'addons', 'addons/entries'])(
    'at %s uses no connection but those for lists: the lanes of redemptions keep theirs',
    async (path) => {
      const claims: TestClaims = path.startsWith('wallet')
        ? { role: 'end_user', sub: newId() }
        : { role: 'channel_owner', sub: newId(), channels: [newId()] };
      const release = takeAll(points.replica.app.get(ReadSlots));
      try {
        const { status, body } = await points.call(claims, 'GET', path);
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'overloaded' });
      } finally {
        release();
      }
      expect((await points.call(claims, 'GET', path)).status).toBe(200);
    },
  );
});
