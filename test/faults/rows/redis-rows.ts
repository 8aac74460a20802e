import { RESP_TYPES } from 'redis';
import { eventually } from '#testkit';
import type { Trial } from '../arena.js';
import { fateOfSome } from '../fates.js';
import { ProvesNothing } from '../proves-nothing.js';
import { disturbed, type Row } from '../row.js';

/** On a busy machine Redis would else be passed by from the start, and have no numbers to be old. */
const patient = { env: { REDEMPTION_REDIS_TIMEOUT_MS: '1000' } };

/** By chance, so that seeds differ in what is in flight. */
const early = ({ random }: Trial): number => random.between(20, 120);

export const redisRows: readonly Row[] = [
  {
    id: 'redis-flushall',
    run: disturbed((trial) => [
      [early(trial), () => flush(trial)],
      [early(trial) + 60, () => flush(trial)],
    ]),
  },
  {
    id: 'redis-killed-and-empty',
    run: disturbed((trial) => [
      [
        early(trial),
        async () => {
          trial.note('kill -9 of Redis');
          await trial.arena.redis.kill();
          await trial.arena.redis.start();
          trial.note('Redis is back, empty');
        },
      ],
    ]),
  },
  {
    id: 'redis-old-snapshot',
    run: disturbed((trial) => {
      const { promise: snapshot, ...taken } = Promise.withResolvers<Snapshot>();
      return [
        [20, () => takeSnapshot(trial).then(taken.resolve, taken.reject)],
        [140, async () => restoreSnapshot(trial, await snapshot)],
      ];
    }, patient),
  },
  {
    id: 'redis-script-flush',
    run: disturbed((trial) => [
      [
        early(trial),
        async () => {
          trial.note('SCRIPT FLUSH');
          await trial.arena.redis.directly((client) => client.sendCommand(['SCRIPT', 'FLUSH']));
        },
      ],
    ]),
  },
  {
    id: 'redis-frozen',
    run: disturbed((trial) => [
      [
        early(trial),
        async () => {
          trial.note('Redis freezes');
          trial.arena.redis.proxy.hold();
          await new Promise((resolve) => setTimeout(resolve, trial.random.between(500, 4_000)));
          trial.arena.redis.proxy.goOn();
          trial.note('Redis goes on');
        },
      ],
    ]),
  },
  {
    // The script ran, and the process does not know: places stay held, numbers stay written.
    id: 'redis-replies-lost',
    run: disturbed((trial) =>
      fateOfSome(trial, trial.arena.redis.proxy, {
        fate: 'lose-reply',
        isMeant: (sent) => sent.includes('EVALSHA'),
        share: 0.3,
        from: early(trial),
        until: 200,
      }),
    ),
  },
  {
    id: 'redis-slow',
    run: disturbed((trial) => [
      [early(trial), () => trial.arena.redis.proxy.delay(trial.random.between(10, 80))],
      [220, () => trial.arena.redis.proxy.delay(0)],
    ]),
  },
  {
    // Each flush makes a process rebuild while the others go on committing.
    id: 'redis-rebuilt-under-commits',
    run: disturbed(
      (trial, { intents }) =>
        Array.from(
          { length: 8 },
          (_, nth) => [Math.floor((intents.length * nth) / 8), () => flush(trial)] as const,
        ),
      { intents: 400 },
    ),
  },
];

async function flush(trial: Trial): Promise<void> {
  trial.note('FLUSHALL');
  await trial.arena.redis.directly((client) => client.flushAll());
}

type Snapshot = { key: string; dump: Buffer }[];

/** Resolves when numbers of this run's coupons are in it. */
async function takeSnapshot(trial: Trial): Promise<Snapshot> {
  const ours = (key: string): boolean => [...trial.coupons.keys()].some((couponId) => key.includes(couponId));
  const snapshot = await trial.arena.redis.directly((client) =>
    eventually(async () => {
      const keys = await client.keys(`${trial.arena.namespace.namespace}:*`);
      if (!keys.some(ours)) throw new ProvesNothing('no number of a coupon stands in Redis');
      const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      const dumps = await Promise.all(keys.map(async (key) => ({ key, dump: await buffers.dump(key) })));
      // Some may have run out since they were listed.
      return dumps.filter(({ dump }) => dump !== null);
    }),
  );
  trial.note('Redis has saved a snapshot');
  return snapshot;
}

/** As a failover to a replica that lags, or a restart from an old file: another run of the server, older numbers. */
async function restoreSnapshot(trial: Trial, snapshot: Snapshot): Promise<void> {
  trial.note('Redis is killed and comes back from the old snapshot');
  const { redis } = trial.arena;
  await redis.kill();
  await redis.start({
    before: (client) => Promise.all(snapshot.map(({ key, dump }) => client.restore(key, 0, dump))),
  });
}
