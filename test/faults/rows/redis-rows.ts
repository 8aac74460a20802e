import { RESP_TYPES } from 'redis';
import type { Trial } from '../arena.js';
import { disturbed, type Row } from '../row.js';

/** By chance, so that seeds differ in what is in flight. */
const early = ({ random }: Trial): number => random.between(20, 120);

export const redisRows: readonly Row[] = [
  {
    id: 'redis-flushall',
    short: true,
    run: disturbed((trial) => [
      [early(trial), () => flush(trial)],
      [early(trial) + 60, () => flush(trial)],
    ]),
  },
  {
    id: 'redis-killed-and-empty',
    short: true,
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
    short: true,
    run: disturbed((trial) => {
      let snapshot: Snapshot = [];
      return [
        [20, async () => void (snapshot = await takeSnapshot(trial))],
        [140, () => restoreSnapshot(trial, snapshot)],
      ];
    }),
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
    short: true,
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
    short: true,
    run: disturbed((trial) => [
      [
        early(trial),
        () => {
          trial.note('replies of Redis are lost from time to time');
          trial.arena.redis.proxy.judge((sent) =>
            sent.includes('EVALSHA') && trial.random.chance(0.3) ? 'lose-reply' : 'pass',
          );
        },
      ],
      [200, () => trial.arena.redis.proxy.judge(undefined)],
    ]),
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

async function takeSnapshot(trial: Trial): Promise<Snapshot> {
  trial.note('Redis saves a snapshot');
  return trial.arena.redis.directly(async (client) => {
    const keys = await client.keys(`${trial.arena.namespace.namespace}:*`);
    const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    return Promise.all(keys.map(async (key) => ({ key, dump: await buffers.dump(key) })));
  });
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
