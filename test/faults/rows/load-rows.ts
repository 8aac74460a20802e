import { newId } from '#testkit';
import { isAccepted } from '../history.js';
import type { Row } from '../row.js';

export const loadRows: readonly Row[] = [
  {
    id: 'last-unit-500-clients',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(500);
      const { couponId } = await trial.coupon({ maxRedemptions: 1 });
      const intents = users.map((userId) => ({ key: newId(), userId, couponId }));
      await trial.clients.load(intents, { width: 500, twins: 0, again: 0 });
      trial.claims.push(({ calls }) => {
        const winners = new Set(calls.filter(isAccepted).map(({ key }) => key));
        return winners.size === 1
          ? []
          : [{ what: `${winners.size} won the one unit`, concerns: ({ key }) => winners.has(key) }];
      });
    },
  },
  {
    id: 'copies-100-of-one-key',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const [userId = ''] = await trial.followers(1);
      const { couponId } = await trial.coupon({ maxRedemptions: 100 });
      const intent = { key: newId(), userId, couponId };
      await Promise.all(Array.from({ length: 100 }, () => trial.clients.send(intent)));
    },
  },
  {
    // No total stands behind this limit: only the lock keeps it.
    id: 'one-user-many-keys',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(25);
      const { couponId } = await trial.coupon({ maxRedemptionsPerUser: 1 });
      const intents = users.flatMap((userId) =>
        Array.from({ length: 6 }, () => ({ key: newId(), userId, couponId })),
      );
      await trial.clients.load(intents, { width: 24, twins: 0, again: 0 });
    },
  },
  {
    // With a body and without: two requests, one key. Whoever comes second is told so, and redeems nothing.
    id: 'one-key-two-bodies',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(30);
      const { couponId } = await trial.coupon({ maxRedemptions: 100 });
      const pairs = users.flatMap((userId) => {
        const key = newId();
        return [
          { key, userId, couponId },
          { key, userId, couponId, body: '{}' },
        ];
      });
      await Promise.all(
        trial.random.shuffled([...pairs, ...pairs]).map((one) => trial.clients.sendUntilDecided(one)),
      );
      for (const [key, ofKey] of Map.groupBy(trial.arena.history.calls, (call) => call.key)) {
        const bodies = new Set(ofKey.filter(isAccepted).map(({ body }) => body));
        if (bodies.size !== 1) throw new Error(`key ${key} was accepted for ${bodies.size} requests`);
        // The sweep shall ask for what was taken, not for what the key was misused for.
        const [taken] = ofKey.filter(isAccepted);
        if (taken !== undefined) trial.clients.intents.set(key, taken);
      }
    },
  },
];
